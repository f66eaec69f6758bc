package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseAlgorithm

/** Answers with the mean of all algorithms' predictions. */
class LAverageServing[Q] extends LServing[Q, Double] {
  override def serve(query: Q, predictions: Seq[Double]): Double = predictions.sum / predictions.length
}

/** Names the class for an engine's definition. */
object LAverageServing {

  /** The class for engines with this algorithm. */
  def apply[Q](a: Class[_ <: BaseAlgorithm[_, _, Q, _]]): Class[LAverageServing[Q]] = classOf[LAverageServing[Q]]
}
