package org.apache.predictionio.workflow

import org.apache.predictionio.controller.{Engine, EngineParams, Params}
import org.apache.predictionio.data.storage.EngineInstance
import org.apache.predictionio.runtime.Errors
import org.apache.predictionio.runtime.json.JsonText
import org.apache.predictionio.workflow.JsonExtractorOption.JsonExtractorOption

import org.json4s._

/** Reads the parameters of an engine. */
private[predictionio] class EngineParamsJson(engine: Engine[_, _, _, _, _, _], extractor: JsonExtractorOption) {
  private type Classes = Map[String, Class[_]]

  /** From the content of engine.json. */
  def fromVariant(variant: JValue): EngineParams = {
    val (dataSourceName, dataSource) = part(variant, "datasource", engine.dataSourceClassMap)
    val (preparatorName, preparator) = part(variant, "preparator", engine.preparatorClassMap)
    val (servingName, serving) = part(variant, "serving", engine.servingClassMap)
    EngineParams(dataSourceName, dataSource, preparatorName, preparator, algorithms(variant), servingName, serving)
  }

  /** From what an instance was trained with. */
  def fromInstance(instance: EngineInstance): EngineParams = {
    val (dataSourceName, dataSource) = stored(instance.dataSourceParams, "datasource", engine.dataSourceClassMap)
    val (preparatorName, preparator) = stored(instance.preparatorParams, "preparator", engine.preparatorClassMap)
    val (servingName, serving) = stored(instance.servingParams, "serving", engine.servingClassMap)
    val algorithms = JsonText.parse(instance.algorithmsParams).children.map {
      named(_, "algorithms", engine.algorithmClassMap)
    }
    EngineParams(dataSourceName, dataSource, preparatorName, preparator, algorithms, servingName, serving)
  }

  private def part(variant: JValue, field: String, classes: Classes): (String, Params) =
    WorkflowUtils.getParamsFromJsonByFieldAndClass(variant, field, classes, EngineLanguage.Scala, extractor)

  private def algorithms(variant: JValue): Seq[(String, Params)] = variant \ "algorithms" match {
    case JNothing => Seq(WorkflowUtils.params("algorithms", "", JObject(), engine.algorithmClassMap, extractor))
    case JArray(Nil) => throw Errors.noAlgorithms
    case JArray(all) => all.map(WorkflowUtils.namedParams("algorithms", _, engine.algorithmClassMap, extractor))
    case _ => throw Errors.badSection("algorithms", "must be a list")
  }

  private def stored(json: String, field: String, classes: Classes): (String, Params) =
    named(JsonText.parse(json), field, classes)

  private def named(json: JValue, field: String, classes: Classes): (String, Params) = json match {
    case JObject((name, params) :: Nil) => WorkflowUtils.params(field, name, params, classes, extractor)
    case _ => throw Errors.badSection(field, "is not as it was stored")
  }
}
