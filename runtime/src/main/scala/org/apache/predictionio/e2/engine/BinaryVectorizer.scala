package org.apache.predictionio.e2.engine

import org.apache.spark.mllib.linalg.{Vector, Vectors}
import org.apache.spark.rdd.RDD

import scala.collection.immutable.{HashMap, HashSet}

/** Makes vectors of properties: one place for each property with each of its values, 1 where a thing has it, else 0.
  *
  * @param propertyMap the place of each property with each value
  */
class BinaryVectorizer(propertyMap: HashMap[(String, String), Int]) extends Serializable {

  /** How many places there are. */
  val numFeatures: Int = propertyMap.size

  /** The properties with values, by their places. */
  val properties: Array[(String, String)] = propertyMap.toArray.sortBy(_._2).map(_._1)

  /** The vector of a thing with these properties; those that are not known count for nothing. */
  def toBinary(map: Array[(String, String)]): Vector = {
    val places = map.flatMap(propertyMap.get).distinct.sorted
    Vectors.sparse(numFeatures, places, places.map(_ => 1.0))
  }

  override def toString: String = s"BinaryVectorizer($numFeatures): " + properties.mkString(",")
}

/** Makes vectorizers. */
object BinaryVectorizer {

  /** For all values of some properties that occur in the input. */
  def apply(input: RDD[HashMap[String, String]], properties: HashSet[String]): BinaryVectorizer =
    apply(input.flatMap(identity).filter(pair => properties.contains(pair._1)).distinct().collect().toSeq)

  /** For these properties with values, in their order. */
  def apply(input: Seq[(String, String)]): BinaryVectorizer =
    new BinaryVectorizer(HashMap(input.distinct.zipWithIndex: _*))
}
