package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{EngineParams, WithPrId}
import org.apache.predictionio.core.{BaseAlgorithm, BaseServing, Doer}
import org.apache.predictionio.data.storage.EngineInstance
import org.apache.predictionio.runtime.EngineLoading.AnyEngine
import org.apache.predictionio.runtime.json.JsonText
import org.apache.predictionio.workflow.{JsonExtractor, WorkflowParams}
import org.apache.predictionio.workflow.JsonExtractorOption.JsonExtractorOption

/** An answer to a query.
  *
  * @param json the prediction
  * @param prId the id that the prediction carries, where it can carry one
  */
private[runtime] case class Answer(json: String, prId: Option[String])

/** A trained engine that answers queries.
  *
  * @param algorithms its algorithms
  * @param models     the model of each
  * @param serving    makes one answer of their predictions
  * @param extractor  what reads and writes JSON
  */
private[runtime] class Deployed(
  val algorithms: Seq[BaseAlgorithm[Any, Any, Any, Any]],
  val models: Seq[Any],
  val serving: BaseServing[Any, Any],
  extractor: JsonExtractorOption
) extends Serializable {

  /** Answers a query; any number of threads may ask at once. */
  def answer(body: String): Answer = {
    val prediction = predict(query(body))
    val prId = prediction match {
      case carrier: WithPrId => Some(carrier.prId)
      case _ => None
    }
    Answer(write(prediction), prId)
  }

  /** Reads a query. */
  def query(body: String): Any = {
    val first = algorithms.head
    JsonExtractor.extract(extractor, body, first.queryClass, first.querySerializer, first.gsonTypeAdapterFactories)
  }

  /** Predicts: the algorithms see the query as the serving supplements it, the serving as it came in. */
  def predict(query: Any): Any = {
    val supplemented = serving.supplementBase(query)
    val predictions = algorithms.zip(models).map { case (algorithm, model) =>
      algorithm.predictBase(model, supplemented)
    }
    serving.serveBase(query, predictions)
  }

  /** Writes a query or a prediction. */
  def write(value: Any): String = {
    val first = algorithms.head
    JsonText.write(JsonExtractor.toJValue(extractor, value, first.querySerializer, first.gsonTypeAdapterFactories))
  }
}

private[runtime] object Deployed {

  /** The engine of an instance, with the parameters that it was trained with. */
  def of(spec: Spec, instance: EngineInstance, mode: String): Deployed = {
    Progress.stage("load", "Loading the models")
    val engine = EngineLoading.deployable(EngineLoading.factory(spec))
    val params = engine.engineInstanceToEngineParams(instance, spec.jsonExtractor)
    val stored = EngineLoading.models(instance.id)
    val models = EngineModels.prepare(engine, SparkContexts.create(mode), params, instance.id, stored, WorkflowParams())
    new Deployed(algorithms(engine, params), models, serving(engine, params), spec.jsonExtractor)
  }

  private def algorithms(engine: AnyEngine, params: EngineParams) =
    EngineTraining.algorithmsOf(engine, params).map(_.algorithm)

  private def serving(engine: AnyEngine, params: EngineParams): BaseServing[Any, Any] = {
    val (name, servingParams) = params.servingParams
    Doer(EngineTraining.part("serving", name, engine.servingClassMap), servingParams)
  }
}
