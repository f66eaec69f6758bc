package org.template.classification

import org.apache.predictionio.controller.{Engine, EngineFactory}

case class Query(attr0: Double, attr1: Double, attr2: Double)

case class PredictedResult(label: Double)

/** What really was so, for evaluation. */
case class ActualResult(label: Double)

object ClassificationEngine extends EngineFactory {
  override def apply() = new Engine(
    classOf[DataSource],
    classOf[Preparator],
    Map("naive" -> classOf[NaiveBayesAlgorithm]),
    classOf[Serving])
}
