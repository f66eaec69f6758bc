package org.apache.predictionio.workflow

import org.apache.predictionio.controller.{EngineParams, Evaluation}
import org.apache.predictionio.core.{BaseEngine, BaseEvaluator, BaseEvaluatorResult}
import org.apache.predictionio.data.storage.jdbc.{Connections, JDBCEngineInstances}
import org.apache.predictionio.data.storage.{EngineInstance, EvaluationInstance, Storage}
import org.apache.predictionio.runtime.{Patience, Progress, SparkContexts, Stages}

import org.joda.time.{DateTime, DateTimeZone}

import scala.concurrent.duration._

/** Trains and evaluates engines and stores what comes of it. */
object CoreWorkflow {

  /** How long a training that is done waits for a database that is away. */
  private val DatabaseLimit = 3.minutes

  /** Trains an engine. The models are stored and the instance is marked as completed in one transaction; where anything
    * goes wrong, the instance is marked as failed.
    *
    * @param engineInstance as it was stored when the training began
    */
  def runTrain[EI, Q, P, A](
    engine: BaseEngine[EI, Q, P, A],
    engineParams: EngineParams,
    engineInstance: EngineInstance,
    env: Map[String, String] = WorkflowUtils.pioEnvVars,
    params: WorkflowParams = WorkflowParams()
  ): Unit =
    try {
      val sc = SparkContexts.create("Training", params)
      val models = engine.train(sc, engineParams, engineInstance.id, params)
      Progress.stage("save", "Storing the models")
      store(engineInstance, models)
    } catch {
      case e: WorkflowInterruption => throw e
      case e: Throwable =>
        markFailed(engineInstance)
        throw e
    } finally CleanupFunctions.run()

  /** Evaluates an engine with each set of parameters and stores the result, unless it says not to.
    *
    * @return the result
    */
  def runEvaluation[EI, Q, P, A, R <: BaseEvaluatorResult](
    evaluation: Evaluation,
    engine: BaseEngine[EI, Q, P, A],
    engineParamsList: Seq[EngineParams],
    evaluationInstance: EvaluationInstance,
    evaluator: BaseEvaluator[EI, Q, P, A, R],
    env: Map[String, String] = WorkflowUtils.pioEnvVars,
    params: WorkflowParams = WorkflowParams()
  ): R =
    try {
      val sc = SparkContexts.create("Evaluation", params)
      val result = evaluator.evaluateBase(sc, evaluation, engine.batchEval(sc, engineParamsList, params), params)
      if (!result.noSave) store(evaluationInstance, result)
      result
    } finally CleanupFunctions.run()

  private def store(instance: EngineInstance, models: Seq[Any]): Unit = {
    val instances = new JDBCEngineInstances(Connections.current)
    Patience.whileAway(DatabaseLimit)(Progress.stage("save", "Waiting for the database, to store the models")) {
      instances.complete(instance.copy(status = "COMPLETED", endTime = now)) { output =>
        Stages.run("its models could not be turned into bytes")(KryoInstantiator.write(models, output))
      }
    }
  }

  private def store(instance: EvaluationInstance, result: BaseEvaluatorResult): Unit =
    Storage.getMetaDataEvaluationInstances().update(
      instance.copy(
        status = "EVALCOMPLETED",
        endTime = now,
        evaluatorResults = result.toOneLiner(),
        evaluatorResultsHTML = result.toHTML(),
        evaluatorResultsJSON = result.toJSON()
      )
    )

  private def markFailed(instance: EngineInstance): Unit =
    try Storage.getMetaDataEngineInstances().update(instance.copy(status = "FAILED", endTime = now))
    catch { case e: Exception => WorkflowLog.log.warn(s"Instance ${instance.id} stays in INIT: ${e.getMessage}") }

  private def now: DateTime = DateTime.now(DateTimeZone.UTC)
}
