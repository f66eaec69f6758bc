package org.apache.predictionio.controller

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import scala.reflect.ClassTag

/** The sum of a measure over all predictions. */
abstract class SumMetric[EI, Q, P, A, R: ClassTag](implicit num: Numeric[R])
    extends Metric[EI, Q, P, A, R]()(num)
    with QPAMetric[Q, P, A, R] {
  override def calculate(sc: SparkContext, evalDataSet: Seq[(EI, RDD[(Q, P, A)])]): R =
    sc.union(evalDataSet.map { case (_, set) => set.map { case (q, p, a) => calculate(q, p, a) } })
      .fold(num.zero)(num.plus)
}
