package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseEvaluator
import org.apache.predictionio.runtime.{BestEngineFile, Parallel, Progress, Stages}
import org.apache.predictionio.workflow.WorkflowParams

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel

/** Compares sets of parameters by a metric. Of equally good ones the first wins.
  *
  * @param metric       decides
  * @param otherMetrics are shown beside it
  * @param outputPath   where the best set is written, in the form of engine.json
  */
class MetricEvaluator[EI, Q, P, A, R](
  val metric: Metric[EI, Q, P, A, R],
  val otherMetrics: Seq[Metric[EI, Q, P, A, _]],
  val outputPath: Option[String]
) extends BaseEvaluator[EI, Q, P, A, MetricEvaluatorResult[R]] {

  override def evaluateBase(
    sc: SparkContext,
    evaluation: Evaluation,
    engineEvalDataSet: Seq[(EngineParams, Seq[(EI, RDD[(Q, P, A)])])],
    params: WorkflowParams
  ): MetricEvaluatorResult[R] = {
    require(engineEvalDataSet.nonEmpty, "There is no set of engine parameters to evaluate.")
    Progress.stage("evaluate", "Evaluating sets of parameters")
    val scored = Parallel.map(engineEvalDataSet.indices) { index =>
      val one = Stages.parameterSet(index + 1, engineEvalDataSet.size) {
        val (engineParams, sets) = engineEvalDataSet(index)
        (engineParams, score(sc, sets))
      }
      Progress.step("evaluate", "Evaluated sets of parameters", engineEvalDataSet.size)
      one
    }
    val result = best(scored)
    outputPath.foreach(path => BestEngineFile.write(path, evaluation, result.bestEngineParams))
    result
  }

  private def score(sc: SparkContext, sets: Seq[(EI, RDD[(Q, P, A)])]): MetricScores[R] = {
    val cached = sets.map(_._2).filter(_.getStorageLevel == StorageLevel.NONE)
    cached.foreach(_.cache())
    try MetricScores(metric.calculate(sc, sets), otherMetrics.map(_.calculate(sc, sets)))
    finally cached.foreach(_.unpersist(blocking = false))
  }

  private def best(scored: Seq[(EngineParams, MetricScores[R])]): MetricEvaluatorResult[R] = {
    val ((bestParams, bestScore), bestIndex) = scored.zipWithIndex.reduce { (x, y) =>
      if (metric.compare(x._1._2.score, y._1._2.score) >= 0) x else y
    }
    MetricEvaluatorResult(
      bestScore = bestScore,
      bestEngineParams = bestParams,
      bestIdx = bestIndex,
      metricHeader = metric.header,
      otherMetricHeaders = otherMetrics.map(_.header),
      engineParamsScores = scored,
      outputPath = outputPath
    )
  }
}

/** Makes evaluators. */
object MetricEvaluator {

  /** Where `engineMetric` writes the best set of parameters: in the engine's folder. */
  private[predictionio] val BestFile = "best.json"

  /** Compares by a metric, shows others, and writes the best set of parameters to a file. */
  def apply[EI, Q, P, A, R](
    metric: Metric[EI, Q, P, A, R],
    otherMetrics: Seq[Metric[EI, Q, P, A, _]],
    outputPath: String
  ): MetricEvaluator[EI, Q, P, A, R] = new MetricEvaluator(metric, otherMetrics, Some(outputPath))

  /** Compares by a metric and shows others. */
  def apply[EI, Q, P, A, R](
    metric: Metric[EI, Q, P, A, R],
    otherMetrics: Seq[Metric[EI, Q, P, A, _]]
  ): MetricEvaluator[EI, Q, P, A, R] = new MetricEvaluator(metric, otherMetrics, None)

  /** Compares by a metric. */
  def apply[EI, Q, P, A, R](metric: Metric[EI, Q, P, A, R]): MetricEvaluator[EI, Q, P, A, R] =
    new MetricEvaluator(metric, Seq.empty, None)
}
