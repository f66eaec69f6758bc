package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseEvaluatorResult
import org.apache.predictionio.runtime.EvaluationReport

/** What the metrics say of one set of parameters.
  *
  * @param score       by the metric that decides
  * @param otherScores by the others, in their order
  */
case class MetricScores[R](score: R, otherScores: Seq[Any])

/** What a [[MetricEvaluator]] finds.
  *
  * @param bestScore          scores of the best set of parameters
  * @param bestEngineParams   the best set
  * @param bestIdx            its place in the list, from 0
  * @param metricHeader       name of the metric that decides
  * @param otherMetricHeaders names of the others
  * @param engineParamsScores all sets with their scores
  * @param outputPath         where the best set is written
  */
case class MetricEvaluatorResult[R](
  bestScore: MetricScores[R],
  bestEngineParams: EngineParams,
  bestIdx: Int,
  metricHeader: String,
  otherMetricHeaders: Seq[String],
  engineParamsScores: Seq[(EngineParams, MetricScores[R])],
  outputPath: Option[String]
) extends BaseEvaluatorResult {

  override def toOneLiner(): String = s"Best Params Index: $bestIdx Score: ${bestScore.score}"

  override def toHTML(): String = EvaluationReport.html(this)

  override def toJSON(): String = EvaluationReport.json(this)

  override def toString: String = EvaluationReport.text(this)
}
