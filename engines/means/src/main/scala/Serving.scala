package org.template.means

import io.prediction.controller.{LServing, Params}

/** @param weights how much each algorithm counts, in the order of engine.json */
case class ServingParams(weights: Seq[Double]) extends Params

class Serving(params: ServingParams) extends LServing[Query, PredictedResult] {

  override def supplement(query: Query): Query = query.copy(item = query.item.trim)

  override def serve(query: Query, predictions: Seq[PredictedResult]): PredictedResult = {
    val guesses = predictions.map(_.rating)
    val weights = params.weights.take(guesses.size)
    val rating = guesses.zip(weights).map { case (guess, weight) => guess * weight }.sum / weights.sum
    PredictedResult(rating, Some(guesses))
  }
}
