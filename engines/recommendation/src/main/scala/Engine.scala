package org.template.recommendation

import org.apache.predictionio.controller.{Engine, EngineFactory}

case class Query(user: String, num: Int)

case class PredictedResult(itemScores: Array[ItemScore])

case class ItemScore(item: String, score: Double)

/** What really happened, for evaluation: the ratings that a user gave. */
case class ActualResult(ratings: Array[Rating])

object RecommendationEngine extends EngineFactory {
  override def apply() = new Engine(
    classOf[DataSource],
    classOf[Preparator],
    Map("als" -> classOf[ALSAlgorithm]),
    classOf[Serving])
}
