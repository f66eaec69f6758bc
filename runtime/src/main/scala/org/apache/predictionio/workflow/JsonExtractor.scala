package org.apache.predictionio.workflow

import org.apache.predictionio.controller.{EngineParams, Params, Utils}
import org.apache.predictionio.runtime.json._
import org.apache.predictionio.workflow.JsonExtractorOption.JsonExtractorOption

import com.google.gson.{Gson, GsonBuilder, TypeAdapterFactory}
import org.json4s._
import org.json4s.native.JsonMethods.{compact, render}

/** Reads objects from JSON and writes them to it.
  *
  * With `Both`, classes written in Scala are read by json4s and classes written in Java by Gson. Texts that say a number
  * where a number is asked for are taken for it. What is missing is an error which names it, unless it is an `Option`, a
  * list, or has a default in the class.
  */
object JsonExtractor {

  /** The JSON value of an object. */
  def toJValue(
    extractorOption: JsonExtractorOption,
    o: Any,
    json4sFormats: Formats = Utils.json4sDefaultFormats,
    gsonTypeAdapterFactories: Seq[TypeAdapterFactory] = Seq.empty[TypeAdapterFactory]
  ): JValue = extractorOption match {
    case JsonExtractorOption.Json4sNative => Extraction.decompose(o)(json4sFormats)
    case JsonExtractorOption.Gson => byGson(o, gsonTypeAdapterFactories)
    case _ if JavaClasses.isJava(o, json4sFormats) => byGson(o, gsonTypeAdapterFactories)
    case _ => Extraction.decompose(o)(json4sFormats)
  }

  /** The object of a JSON text.
    *
    * @throws JsonFault where it is not JSON, or something in it is missing or not of the type that is asked for
    */
  def extract[T](
    extractorOption: JsonExtractorOption,
    json: String,
    clazz: Class[T],
    json4sFormats: Formats = Utils.json4sDefaultFormats,
    gsonTypeAdapterFactories: Seq[TypeAdapterFactory] = Seq.empty[TypeAdapterFactory]
  ): T = {
    lazy val gson = gsonOf(gsonTypeAdapterFactories)
    extractorOption match {
      case JsonExtractorOption.Json4sNative => ScalaReader.strictly(json, clazz, json4sFormats)
      case JsonExtractorOption.Gson => JavaReader.read(json, clazz, gson)
      case _ if JavaClasses.isJavaClass(clazz) => JavaReader.read(json, clazz, gson)
      case _ => ScalaReader.read(json, clazz, json4sFormats)
    }
  }

  /** A name and parameters as `{"name":{…}}`. */
  def paramToJson(extractorOption: JsonExtractorOption, param: (String, Params)): String =
    compact(render(toJson(extractorOption, param)))

  /** Names and parameters as `[{"name":{…}},…]`. */
  def paramsToJson(extractorOption: JsonExtractorOption, params: Seq[(String, Params)]): String =
    compact(render(JArray(params.map(toJson(extractorOption, _)).toList)))

  /** All parameters of an engine as one object, with the names used in results of evaluations. */
  def engineParamsToJson(extractorOption: JsonExtractorOption, params: EngineParams): String =
    compact(render(engineParamsToJValue(extractorOption, params)))

  /** All parameters of an engine in the form of engine.json. */
  def engineParamstoPioJson(extractorOption: JsonExtractorOption, params: EngineParams): String = {
    def named(param: (String, Params)): JObject =
      JObject("name" -> JString(param._1), "params" -> toJValue(extractorOption, param._2))
    compact(
      render(
        JObject(
          "datasource" -> named(params.dataSourceParams),
          "preparator" -> named(params.preparatorParams),
          "algorithms" -> JArray(params.algorithmParamsList.map(named).toList),
          "serving" -> named(params.servingParams)
        )
      )
    )
  }

  private[predictionio] def engineParamsToJValue(extractorOption: JsonExtractorOption, params: EngineParams): JObject =
    JObject(
      "dataSourceParams" -> toJson(extractorOption, params.dataSourceParams),
      "preparatorParams" -> toJson(extractorOption, params.preparatorParams),
      "algorithmParamsList" -> JArray(params.algorithmParamsList.map(toJson(extractorOption, _)).toList),
      "servingParams" -> toJson(extractorOption, params.servingParams)
    )

  private def toJson(extractorOption: JsonExtractorOption, param: (String, Params)): JObject =
    JObject(param._1 -> toJValue(extractorOption, param._2))

  private def byGson(o: Any, factories: Seq[TypeAdapterFactory]): JValue =
    GsonTree.toJValue(gsonOf(factories).toJsonTree(o))

  private def gsonOf(factories: Seq[TypeAdapterFactory]): Gson =
    factories.foldLeft((new GsonBuilder).serializeSpecialFloatingPointValues())(_.registerTypeAdapterFactory(_)).create()
}
