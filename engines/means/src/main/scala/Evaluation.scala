package org.template.means

import io.prediction.controller.{
  AverageMetric,
  EmptyEvaluationInfo,
  EmptyParams,
  EngineParams,
  EngineParamsGenerator,
  Evaluation,
  MetricEvaluator,
  OptionAverageMetric,
  StdevMetric,
  SumMetric
}

/** How far guesses are from what users rated, so that the smallest error is the greatest measure. */
case class Error() extends AverageMetric[EmptyEvaluationInfo, Query, PredictedResult, ActualResult] {
  override def header = "Error"
  override def calculate(query: Query, predicted: PredictedResult, actual: ActualResult): Double =
    -math.abs(predicted.rating - actual.rating)
}

/** The error among the items that were liked. */
case class LikedError() extends OptionAverageMetric[EmptyEvaluationInfo, Query, PredictedResult, ActualResult] {
  override def calculate(query: Query, predicted: PredictedResult, actual: ActualResult): Option[Double] =
    if (actual.rating >= 4) Some(-math.abs(predicted.rating - actual.rating)) else None
}

/** How much guesses differ from each other. */
case class Spread() extends StdevMetric[EmptyEvaluationInfo, Query, PredictedResult, ActualResult] {
  override def calculate(query: Query, predicted: PredictedResult, actual: ActualResult): Double = predicted.rating
}

/** How many ratings were guessed. */
case class Count() extends SumMetric[EmptyEvaluationInfo, Query, PredictedResult, ActualResult, Int] {
  override def calculate(query: Query, predicted: PredictedResult, actual: ActualResult): Int = 1
}

object ErrorEvaluation extends Evaluation {
  engineEvaluator = (MeansEngine(), MetricEvaluator(Error(), Seq(LikedError(), Spread(), Count()), "best.json"))
}

object ParamsList extends EngineParamsGenerator {
  private val app = sys.env.getOrElse("PIO_EVENTSERVER_APP_NAME", "MyApp1")

  engineParamsList = Seq(0.0, 2.0, 20.0).map { pull =>
    EngineParams(
      dataSourceParams = DataSourceParams(app),
      preparatorParams = PreparatorParams(1.0),
      algorithmParamsList = Seq("item" -> EmptyParams(), "spread" -> PullParams(pull)),
      servingParams = ServingParams(Seq(0.0, 1.0))
    )
  }
}
