package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{EngineFactory, EngineParams}
import org.apache.predictionio.data.storage.{EngineInstance, Storage}
import org.apache.predictionio.runtime.link.Messages
import org.apache.predictionio.workflow._

import org.joda.time.{DateTime, DateTimeZone}
import org.json4s._

/** Trains an engine. */
private[runtime] object TrainVerb {

  /** Trains as the spec says and gives the last message. */
  def run(spec: Spec): JObject = {
    val factory = EngineLoading.factory(spec)
    val engine = EngineLoading.engine(factory)
    val engineParams = spec.string(spec.options, "engineParamsKey") match {
      case Some(key) => keyed(factory, key)
      case None => engine.jValueToEngineParams(spec.variant, spec.jsonExtractor)
    }
    val instance = insert(spec, engineParams)
    val params = WorkflowParams(
      batch = spec.batch,
      skipSanityCheck = spec.flag("skipSanityCheck"),
      stopAfterRead = spec.flag("stopAfterRead"),
      stopAfterPrepare = spec.flag("stopAfterPrepare")
    )
    try {
      CoreWorkflow.runTrain(engine, engineParams, instance, spec.executorEnvironment, params)
      Messages.result("engineInstanceId" -> JString(instance.id))
    } catch {
      case _: StopAfterReadInterruption => Messages.result("stoppedAfter" -> JString("read"))
      case _: StopAfterPrepareInterruption => Messages.result("stoppedAfter" -> JString("prepare"))
    }
  }

  /** The parameters that the engine's code holds under a key. */
  private def keyed(factory: EngineFactory, key: String): EngineParams = {
    val found = Stages.run(s"it gives no parameters for the key '$key'")(factory.engineParams(key))
    if (found.algorithmParamsList.isEmpty) throw Errors.noEngineParams(factory.getClass.getName, key)
    found
  }

  private def insert(spec: Spec, engineParams: EngineParams): EngineInstance = {
    val now = DateTime.now(DateTimeZone.UTC)
    val json = spec.jsonExtractor
    val instance = EngineInstance(
      id = "",
      status = "INIT",
      startTime = now,
      endTime = now,
      engineId = spec.text(spec.engine, "id"),
      engineVersion = spec.text(spec.engine, "version"),
      engineVariant = spec.text(spec.engine, "variantId"),
      engineFactory = spec.factory,
      batch = spec.batch,
      env = spec.environment,
      sparkConf = spec.recordedSparkConf,
      dataSourceParams = JsonExtractor.paramToJson(json, engineParams.dataSourceParams),
      preparatorParams = JsonExtractor.paramToJson(json, engineParams.preparatorParams),
      algorithmsParams = JsonExtractor.paramsToJson(json, engineParams.algorithmParamsList),
      servingParams = JsonExtractor.paramToJson(json, engineParams.servingParams)
    )
    instance.copy(id = Storage.getMetaDataEngineInstances().insert(instance))
  }
}
