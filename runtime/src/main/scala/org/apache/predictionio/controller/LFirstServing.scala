package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseAlgorithm

/** Answers with the first algorithm's prediction. */
class LFirstServing[Q, P] extends LServing[Q, P] {
  override def serve(query: Q, predictions: Seq[P]): P = predictions.head
}

/** Names the class for an engine's definition. */
object LFirstServing {

  /** The class for engines with this algorithm. */
  def apply[Q, P](a: Class[_ <: BaseAlgorithm[_, _, Q, P]]): Class[LFirstServing[Q, P]] = classOf[LFirstServing[Q, P]]
}
