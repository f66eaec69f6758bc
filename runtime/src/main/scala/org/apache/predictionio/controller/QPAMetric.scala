package org.apache.predictionio.controller

/** Measures one prediction.
  *
  * @tparam Q query
  * @tparam P prediction
  * @tparam A actual result
  * @tparam R the measure
  */
trait QPAMetric[Q, P, A, R] {

  /** The measure of one prediction beside what really happened. */
  def calculate(q: Q, p: P, a: A): R
}
