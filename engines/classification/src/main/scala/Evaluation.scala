package org.template.classification

import org.apache.predictionio.controller.{
  AverageMetric,
  EmptyEvaluationInfo,
  EngineParams,
  EngineParamsGenerator,
  Evaluation
}

/** The part of users whose plan is predicted rightly. */
case class Accuracy() extends AverageMetric[EmptyEvaluationInfo, Query, PredictedResult, ActualResult] {
  override def calculate(query: Query, predicted: PredictedResult, actual: ActualResult): Double =
    if (predicted.label == actual.label) 1.0 else 0.0
}

object AccuracyEvaluation extends Evaluation {
  engineMetric = (ClassificationEngine(), Accuracy())
}

object EngineParamsList extends EngineParamsGenerator {
  private val data =
    DataSourceParams(appName = sys.env.getOrElse("PIO_EVENTSERVER_APP_NAME", "MyApp1"), evalK = Some(5))

  engineParamsList = Seq(0.1, 1.0, 10.0).map { lambda =>
    EngineParams(
      dataSourceParams = data,
      algorithmParamsList = Seq("naive" -> NaiveBayesAlgorithmParams(lambda)))
  }
}
