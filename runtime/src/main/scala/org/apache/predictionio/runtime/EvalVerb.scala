package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{EngineParamsGenerator, Evaluation, MetricEvaluatorResult}
import org.apache.predictionio.core.{BaseEngine, BaseEvaluator, BaseEvaluatorResult}
import org.apache.predictionio.data.storage.{EvaluationInstance, Storage}
import org.apache.predictionio.runtime.link.Messages
import org.apache.predictionio.workflow._

import org.joda.time.{DateTime, DateTimeZone}
import org.json4s._

import java.nio.file.Paths

/** Evaluates an engine. */
private[runtime] object EvalVerb {
  private type AnyEvaluator = BaseEvaluator[Any, Any, Any, Any, BaseEvaluatorResult]

  /** Evaluates as the spec says and gives the last message. */
  def run(spec: Spec): JObject = {
    BestEngineFile.best = spec.string(spec.options, "bestFile").map(Paths.get(_))
    val name = spec.text(spec.options, "evaluation")
    val evaluation = WorkflowUtils.getEvaluation(name, EngineLoading.loader)._2
    val generator = generatorOf(spec, name, evaluation)
    val (engine, evaluator) = evaluation.engineEvaluator
    val instance = insert(spec, name, generator.getClass.getName)
    val result = CoreWorkflow.runEvaluation(
      evaluation,
      engine.asInstanceOf[BaseEngine[Any, Any, Any, Any]],
      generator.engineParamsList,
      instance,
      evaluator.asInstanceOf[AnyEvaluator],
      spec.executorEnvironment,
      WorkflowParams(batch = spec.batch)
    )
    if (result.noSave) Storage.getMetaDataEvaluationInstances().delete(instance.id)
    message(instance, result)
  }

  private def generatorOf(spec: Spec, name: String, evaluation: Evaluation): EngineParamsGenerator =
    spec.string(spec.options, "engineParamsGenerator") match {
      case Some(other) => WorkflowUtils.getEngineParamsGenerator(other, EngineLoading.loader)._2
      case None => evaluation match {
          case both: EngineParamsGenerator => both
          case _ => throw Errors.noGeneratorNamed(name)
        }
    }

  private def insert(spec: Spec, evaluation: String, generator: String): EvaluationInstance = {
    val now = DateTime.now(DateTimeZone.UTC)
    val instance = EvaluationInstance(
      status = "INIT",
      startTime = now,
      endTime = now,
      evaluationClass = evaluation,
      engineParamsGeneratorClass = generator.stripSuffix("$"),
      batch = spec.batch,
      env = spec.environment,
      sparkConf = spec.recordedSparkConf
    )
    instance.copy(id = Storage.getMetaDataEvaluationInstances().insert(instance))
  }

  private def message(instance: EvaluationInstance, result: BaseEvaluatorResult): JObject = {
    val common = Seq[JField](
      "evaluationInstanceId" -> (if (result.noSave) JNull else JString(instance.id)),
      "text" -> JString(result.toOneLiner()),
      "bestFile" -> Messages.optional(BestEngineFile.written.map(path => JString(path.toString)))
    )
    val scores = result match {
      case metrics: MetricEvaluatorResult[_] => scoresOf(metrics)
      case _ => Seq[JField]("rows" -> JArray(Nil), "otherMetricHeaders" -> JArray(Nil), "metricHeader" -> JString(""))
    }
    Messages.result(common ++ scores: _*)
  }

  private def scoresOf(result: MetricEvaluatorResult[_]): Seq[JField] = Seq(
    "metricHeader" -> JString(result.metricHeader),
    "otherMetricHeaders" -> JArray(result.otherMetricHeaders.map(JString(_)).toList),
    "best" -> JInt(result.bestIdx),
    "rows" -> JArray(result.engineParamsScores.zipWithIndex.map { case ((params, scores), index) =>
      JObject(
        "index" -> JInt(index),
        "score" -> EvaluationReport.score(scores.score),
        "otherScores" -> JArray(scores.otherScores.map(EvaluationReport.score).toList),
        "engineParams" -> EvaluationReport.params(params)
      )
    }.toList)
  )
}
