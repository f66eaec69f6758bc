package org.apache.predictionio.e2.engine

import org.apache.spark.rdd.RDD

/** A thing with named features, such as a colour, whose class is known.
  *
  * @param label    the class
  * @param features the value of each feature, in the same order for all points
  */
case class LabeledPoint(label: String, features: Array[String]) {
  override def toString: String = s"LabeledPoint($label, ${features.mkString("[", ", ", "]")})"

  override def equals(other: Any): Boolean = other match {
    case that: LabeledPoint => label == that.label && features.sameElements(that.features)
    case _ => false
  }

  override def hashCode: Int = 31 * label.hashCode + features.toSeq.hashCode
}

/** Learns a naive Bayes classifier of features with names as values. */
object CategoricalNaiveBayes {

  /** Learns from points, all of which must have the same number of features. */
  def train(points: RDD[LabeledPoint]): CategoricalNaiveBayesModel = {
    val counts = points
      .map(point => point.label -> Counts.of(point.features))
      .reduceByKey(_.merge(_))
      .collectAsMap()
      .toMap
    val total = counts.values.map(_.points).sum.toDouble
    CategoricalNaiveBayesModel(
      priors = counts.map { case (label, count) => label -> math.log(count.points / total) },
      likelihoods = counts.map { case (label, count) => label -> count.likelihoods }
    )
  }
}

/** How often values occur in the points of one class.
  *
  * @param points   how many points there are
  * @param features how often each value of each feature occurs
  */
private case class Counts(points: Long, features: Array[Map[String, Long]]) {
  def merge(that: Counts): Counts = {
    val merged = features.zip(that.features).map { case (mine, other) =>
      other.foldLeft(mine) { case (all, (value, count)) => all + (value -> (all.getOrElse(value, 0L) + count)) }
    }
    Counts(points + that.points, merged)
  }

  def likelihoods: Array[Map[String, Double]] =
    features.map(_.map { case (value, count) => value -> math.log(count.toDouble / points) })
}

private object Counts {
  def of(features: Array[String]): Counts = Counts(1L, features.map(value => Map(value -> 1L)))
}

/** A naive Bayes classifier.
  *
  * @param priors      the logarithm of each class's probability
  * @param likelihoods for each class and feature, the logarithm of the probability of each value
  */
case class CategoricalNaiveBayesModel(
  priors: Map[String, Double],
  likelihoods: Map[String, Array[Map[String, Double]]]
) extends Serializable {

  /** How many features a point has. */
  val featureCount: Int = likelihoods.headOption.map(_._2.length).getOrElse(0)

  /** The logarithm of the probability that a point has its features and its class; `None` where the class is not known.
    *
    * @param defaultLikelihood makes, of the feature's other likelihoods in this class, the likelihood of a value that never
    *                          occurred
    */
  def logScore(
    point: LabeledPoint,
    defaultLikelihood: Seq[Double] => Double = _ => Double.NegativeInfinity
  ): Option[Double] =
    if (priors.contains(point.label)) Some(logScoreOf(point.label, point.features, defaultLikelihood)) else None

  /** The most probable class of a thing with these features. */
  def predict(features: Array[String]): String =
    priors.keys.map(label => label -> logScoreOf(label, features, _ => Double.NegativeInfinity)).maxBy(_._2)._1

  private def logScoreOf(label: String, features: Array[String], unseen: Seq[Double] => Double): Double = {
    require(features.length == featureCount, s"There must be $featureCount features, but there are ${features.length}.")
    val scores = likelihoods(label).zip(features).map { case (known, value) =>
      known.getOrElse(value, unseen(known.values.toSeq))
    }
    priors(label) + scores.sum
  }
}
