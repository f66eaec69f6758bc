package org.apache.predictionio.controller

import org.apache.predictionio.runtime.Mean

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** Gathers the measures of single predictions. */
private[predictionio] trait StatsMetricHelper[EI, Q, P, A] {

  /** The measure of one prediction. */
  def calculate(q: Q, p: P, a: A): Double

  /** The measures of the predictions of all sets. */
  protected def measures(sc: SparkContext, evalDataSet: Seq[(EI, RDD[(Q, P, A)])]): RDD[Double] =
    sc.union(evalDataSet.map { case (_, set) => set.map { case (q, p, a) => calculate(q, p, a) } })
}

/** Gathers the measures of those predictions that have one. */
private[predictionio] trait StatsOptionMetricHelper[EI, Q, P, A] {

  /** The measure of one prediction, if it has one. */
  def calculate(q: Q, p: P, a: A): Option[Double]

  /** The measures of the predictions of all sets. */
  protected def measures(sc: SparkContext, evalDataSet: Seq[(EI, RDD[(Q, P, A)])]): RDD[Double] =
    sc.union(evalDataSet.map { case (_, set) => set.flatMap { case (q, p, a) => calculate(q, p, a).toList } })
}

/** The mean of a measure over all predictions. */
abstract class AverageMetric[EI, Q, P, A]
    extends Metric[EI, Q, P, A, Double]
    with StatsMetricHelper[EI, Q, P, A]
    with QPAMetric[Q, P, A, Double] {
  override def calculate(sc: SparkContext, evalDataSet: Seq[(EI, RDD[(Q, P, A)])]): Double =
    Mean.of(measures(sc, evalDataSet))
}

/** The mean of a measure over those predictions for which it is defined; the others are left out. */
abstract class OptionAverageMetric[EI, Q, P, A]
    extends Metric[EI, Q, P, A, Double]
    with StatsOptionMetricHelper[EI, Q, P, A]
    with QPAMetric[Q, P, A, Option[Double]] {
  override def calculate(sc: SparkContext, evalDataSet: Seq[(EI, RDD[(Q, P, A)])]): Double =
    Mean.of(measures(sc, evalDataSet))
}

/** The population's standard deviation of a measure over all predictions. */
abstract class StdevMetric[EI, Q, P, A]
    extends Metric[EI, Q, P, A, Double]
    with StatsMetricHelper[EI, Q, P, A]
    with QPAMetric[Q, P, A, Double] {
  override def calculate(sc: SparkContext, evalDataSet: Seq[(EI, RDD[(Q, P, A)])]): Double =
    measures(sc, evalDataSet).stdev()
}

/** The population's standard deviation of a measure over those predictions for which it is defined. */
abstract class OptionStdevMetric[EI, Q, P, A]
    extends Metric[EI, Q, P, A, Double]
    with StatsOptionMetricHelper[EI, Q, P, A]
    with QPAMetric[Q, P, A, Option[Double]] {
  override def calculate(sc: SparkContext, evalDataSet: Seq[(EI, RDD[(Q, P, A)])]): Double =
    measures(sc, evalDataSet).stdev()
}
