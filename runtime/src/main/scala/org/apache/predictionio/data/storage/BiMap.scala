package org.apache.predictionio.data.storage

import org.apache.spark.rdd.RDD

import scala.collection.immutable.HashMap

/** A map that can be read from both sides: no value occurs twice. Engines use it to number users and items.
  *
  * @tparam K keys
  * @tparam V values
  */
class BiMap[K, V] private[predictionio] (
  private val m: Map[K, V],
  @transient private val reversed: BiMap[V, K] = null
) extends Serializable {

  /** The same map read from its values to its keys. */
  @transient lazy val inverse: BiMap[V, K] =
    if (reversed != null) reversed else new BiMap(m.map(_.swap), this)

  /** The value of a key, if it has one. */
  def get(k: K): Option[V] = m.get(k)

  /** The value of a key, or a default. */
  def getOrElse(k: K, default: => V): V = m.getOrElse(k, default)

  /** True where the key has a value. */
  def contains(k: K): Boolean = m.contains(k)

  /** The value of a key.
    *
    * @throws NoSuchElementException where it has none
    */
  def apply(k: K): V = m.apply(k)

  /** A plain map. */
  def toMap: Map[K, V] = m

  /** Keys and values. */
  def toSeq: Seq[(K, V)] = m.toSeq

  /** How many keys there are. */
  def size: Int = m.size

  /** A map of the first `n` keys. */
  def take(n: Int): BiMap[K, V] = new BiMap(m.take(n))

  override def toString: String = m.toString

  override def equals(other: Any): Boolean = other match {
    case that: BiMap[_, _] => m == that.toMap
    case _ => false
  }

  override def hashCode: Int = m.hashCode
}

/** Makes maps, among them such as number strings from 0. */
object BiMap {

  /** A map that can be read from both sides.
    *
    * @throws IllegalArgumentException where a value occurs twice
    */
  def apply[K, V](x: Map[K, V]): BiMap[K, V] = {
    require(x.values.toSet.size == x.size, "In a BiMap no value can occur twice.")
    new BiMap(x)
  }

  /** Numbers the strings. */
  def stringInt(keys: Set[String]): BiMap[String, Int] = numbered(keys.iterator)(_.toInt)

  /** Numbers the distinct strings, in their order. */
  def stringInt(keys: Array[String]): BiMap[String, Int] = numbered(keys.distinct.iterator)(_.toInt)

  /** Numbers the distinct strings. */
  def stringInt(keys: RDD[String]): BiMap[String, Int] = stringInt(keys.distinct().collect())

  /** Numbers the strings. */
  def stringLong(keys: Set[String]): BiMap[String, Long] = numbered(keys.iterator)(identity)

  /** Numbers the distinct strings, in their order. */
  def stringLong(keys: Array[String]): BiMap[String, Long] = numbered(keys.distinct.iterator)(identity)

  /** Numbers the distinct strings. */
  def stringLong(keys: RDD[String]): BiMap[String, Long] = stringLong(keys.distinct().collect())

  /** Numbers the strings. */
  def stringDouble(keys: Set[String]): BiMap[String, Double] = numbered(keys.iterator)(_.toDouble)

  /** Numbers the distinct strings, in their order. */
  def stringDouble(keys: Array[String]): BiMap[String, Double] = numbered(keys.distinct.iterator)(_.toDouble)

  /** Numbers the distinct strings. */
  def stringDouble(keys: RDD[String]): BiMap[String, Double] = stringDouble(keys.distinct().collect())

  private def numbered[V](keys: Iterator[String])(number: Long => V): BiMap[String, V] = {
    val map = HashMap.newBuilder[String, V]
    keys.zipWithIndex.foreach { case (key, index) => map += key -> number(index.toLong) }
    new BiMap(map.result())
  }
}
