package org.apache.predictionio.controller

import org.apache.predictionio.controller.java.SerializableComparator

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** Measures how good predictions are.
  *
  * @tparam EI evaluation info
  * @tparam Q  query
  * @tparam P  prediction
  * @tparam A  actual result
  * @tparam R  the measure; a greater one is better
  */
abstract class Metric[EI, Q, P, A, R](implicit rOrder: Ordering[R]) extends Serializable {

  /** For Java: with a comparator of measures. */
  def this(comparator: SerializableComparator[R]) = this()(Ordering.comparatorToOrdering(comparator))

  /** The metric's name in results. */
  def header: String = getClass.getSimpleName

  /** The measure of all sets together. */
  def calculate(sc: SparkContext, evalDataSet: Seq[(EI, RDD[(Q, P, A)])]): R

  /** Less than, equal to or greater than 0 as `r0` is worse than, as good as or better than `r1`. */
  def compare(r0: R, r1: R): Int = rOrder.compare(r0, r1)
}
