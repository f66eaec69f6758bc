package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{Engine, EngineParams, LAlgorithm}
import org.apache.predictionio.runtime.EngineTraining.Algorithm
import org.apache.predictionio.workflow.{PersistentModelManifest, SparkWorkflowUtils, WorkflowParams}

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import scala.runtime.BoxedUnit

/** Makes of what was stored the models to predict with. */
private[predictionio] object EngineModels {

  /** Models that were stored are taken as they are, those that stored themselves are loaded, the others trained again.
    *
    * @param sc is evaluated only where a model needs it
    */
  def prepare[PD, Q, P](
    engine: Engine[_, _, PD, Q, P, _],
    sc: => SparkContext,
    engineParams: EngineParams,
    instanceId: String,
    stored: Seq[Any],
    params: WorkflowParams
  ): Seq[Any] = {
    val algorithms = EngineTraining.algorithmsOf(engine, engineParams)
    val missing = algorithms.zip(stored).collect { case (algorithm, _: BoxedUnit) => algorithm }
    val trained = if (missing.isEmpty) Nil else retrain(engine, sc, engineParams, missing, params)
    val again = missing.zip(trained).toMap[Algorithm[PD, Q, P], Any]
    algorithms.zip(stored).zipWithIndex.map {
      case ((algorithm, _: BoxedUnit), _) => again(algorithm)
      case ((algorithm, manifest: PersistentModelManifest), index) =>
        load(manifest, algorithm, EngineTraining.modelId(instanceId, index, algorithm.name), sc)
      case ((_, model), _) => model
    }
  }

  private def load(manifest: PersistentModelManifest, of: Algorithm[_, _, _], id: String, sc: => SparkContext): Any =
    try
      SparkWorkflowUtils.getPersistentModel(manifest, id, of.params, sc, Thread.currentThread.getContextClassLoader)
    catch {
      case e: UserError => throw e
      case e: Exception => throw Errors.cannotLoad(manifest.className, e)
    }

  private def retrain[TD, EI, PD, Q, P, A](
    engine: Engine[TD, EI, PD, Q, P, A],
    sc: SparkContext,
    engineParams: EngineParams,
    missing: Seq[Algorithm[PD, Q, P]],
    params: WorkflowParams
  ): Seq[Any] = {
    val models = EngineTraining.trainModels(engine, sc, engineParams, missing.map(_.algorithm), params)
    missing.map(_.algorithm: Any).zip(models).map {
      case (_: LAlgorithm[_, _, _, _], models: RDD[_]) => models.first()
      case (_, model) => model
    }
  }
}
