package org.template.means

import io.prediction.controller.{Engine, IEngineFactory}

case class Query(user: String, item: String)

/** @param guesses what each algorithm guessed, where several were asked */
case class PredictedResult(rating: Double, guesses: Option[Seq[Double]] = None)

/** What the user really rated, for evaluation. */
case class ActualResult(rating: Double)

object MeansEngine extends IEngineFactory {
  override def apply() = new Engine(
    classOf[DataSource],
    classOf[Preparator],
    Map(
      "item" -> classOf[ItemAlgorithm],
      "file" -> classOf[FileAlgorithm],
      "spread" -> classOf[SpreadAlgorithm],
      "user" -> classOf[UserAlgorithm]
    ),
    classOf[Serving]
  )
}
