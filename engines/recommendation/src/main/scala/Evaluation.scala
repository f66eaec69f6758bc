package org.template.recommendation

import org.apache.predictionio.controller.{
  EmptyEvaluationInfo,
  EngineParams,
  EngineParamsGenerator,
  Evaluation,
  OptionAverageMetric
}

/** Of the first k recommended items, the part that the user rated well; users who rated nothing well do not count. */
case class PrecisionAtK(k: Int, threshold: Double)
    extends OptionAverageMetric[EmptyEvaluationInfo, Query, PredictedResult, ActualResult] {

  override def header: String = s"Precision@K (k=$k, threshold=$threshold)"

  override def calculate(query: Query, predicted: PredictedResult, actual: ActualResult): Option[Double] = {
    val liked = actual.ratings.filter(_.rating >= threshold).map(_.item).toSet
    val hits = predicted.itemScores.take(k).count(score => liked.contains(score.item))
    if (liked.isEmpty) None else Some(hits.toDouble / math.min(k, liked.size))
  }
}

object PrecisionEvaluation extends Evaluation {
  engineMetric = (RecommendationEngine(), PrecisionAtK(k = 10, threshold = 2.0))
}

object EngineParamsList extends EngineParamsGenerator {
  private val data = DataSourceParams(
    appName = sys.env.getOrElse("PIO_EVENTSERVER_APP_NAME", "MyApp1"),
    evalK = Some(3),
    evalNum = Some(10))

  engineParamsList = for (rank <- Seq(5, 10); iterations <- Seq(5, 20)) yield EngineParams(
    dataSourceParams = data,
    algorithmParamsList = Seq("als" -> ALSAlgorithmParams(rank, iterations, 0.01, Some(3))))
}
