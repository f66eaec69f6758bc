package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseEngine

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** Measures nothing: 0 for any predictions. For evaluations which only look at what is printed. */
class ZeroMetric[EI, Q, P, A] extends Metric[EI, Q, P, A, Double] {
  override def calculate(sc: SparkContext, evalDataSet: Seq[(EI, RDD[(Q, P, A)])]): Double = 0.0
}

/** Makes the metric for an engine. */
object ZeroMetric {

  /** A metric with the types of this engine. */
  def apply[EI, Q, P, A](engine: BaseEngine[EI, Q, P, A]): ZeroMetric[EI, Q, P, A] = new ZeroMetric[EI, Q, P, A]
}
