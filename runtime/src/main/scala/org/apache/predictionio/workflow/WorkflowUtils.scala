package org.apache.predictionio.workflow

import org.apache.predictionio.controller._
import org.apache.predictionio.runtime.json.{JsonFault, JsonText}
import org.apache.predictionio.runtime.{Errors, Instances}
import org.apache.predictionio.workflow.JsonExtractorOption.JsonExtractorOption

import org.json4s._

/** Finds an engine's factory, evaluations and parameters by their names. */
object WorkflowUtils {

  /** The factory with this name: an object or a class written in Scala, or a class written in Java. */
  def getEngine(engine: String, cl: ClassLoader): (EngineLanguage.Value, EngineFactory) =
    Instances.of[EngineFactory](engine, cl, classOf[EngineFactory], Errors.noFactory)

  /** The generator of sets of parameters with this name. */
  def getEngineParamsGenerator(epg: String, cl: ClassLoader): (EngineLanguage.Value, EngineParamsGenerator) =
    Instances.of[EngineParamsGenerator](epg, cl, classOf[EngineParamsGenerator], Errors.noGenerator)

  /** The evaluation with this name. */
  def getEvaluation(evaluation: String, cl: ClassLoader): (EngineLanguage.Value, Evaluation) =
    Instances.of[Evaluation](evaluation, cl, classOf[Evaluation], Errors.noEvaluation)

  /** Name and parameters of one part of an engine.
    *
    * @param variantJson the content of engine.json
    * @param field       "datasource", "preparator" or "serving"
    * @param classMap    the engine's classes for this part, by name
    */
  def getParamsFromJsonByFieldAndClass(
    variantJson: JValue,
    field: String,
    classMap: Map[String, Class[_]],
    engineLanguage: EngineLanguage.Value,
    jsonExtractor: JsonExtractorOption
  ): (String, Params) = variantJson \ field match {
    case JNothing | JNull => params(field, "", JObject(), classMap, jsonExtractor)
    case section => namedParams(field, section, classMap, jsonExtractor)
  }

  /** The settings of Spark in engine.json: nested objects joined with dots, all values as text. */
  def extractSparkConf(root: JValue): List[(String, String)] = {
    def flatten(prefix: String, value: JValue): List[(String, String)] = value match {
      case JObject(fields) =>
        fields.flatMap { case (name, inner) => flatten(if (prefix.isEmpty) name else s"$prefix.$name", inner) }
      case JString(text) => List(prefix -> text)
      case JArray(_) => throw Errors.badSection("sparkConf", s"has a list at $prefix, which Spark has no use for")
      case other => List(prefix -> other.values.toString)
    }
    root \ "sparkConf" match {
      case JNothing => Nil
      case conf => flatten("", conf)
    }
  }

  /** The environment variables that belong to this system. */
  def pioEnvVars: Map[String, String] = sys.env.filterKeys(_.startsWith("PIO_")).map(identity)

  /** Kept for engines that call it; logging is set with the command line and log4j2.properties. */
  def modifyLogging(verbose: Boolean): Unit = ()

  private[predictionio] def namedParams(
    field: String,
    section: JValue,
    classes: Map[String, Class[_]],
    extractor: JsonExtractorOption
  ): (String, Params) = section match {
    case JObject(fields) =>
      val name = fields.collectFirst { case ("name", JString(text)) => text }.getOrElse("")
      val json = fields.collectFirst { case ("params", value) if value != JNull => value }
      if (fields.nonEmpty && json.isEmpty && !fields.exists(_._1 == "name"))
        throw Errors.badSection(field, "has neither a name nor params")
      params(field, name, withoutNulls(json.getOrElse(JObject())), classes, extractor)
    case _ => throw Errors.badSection(field, "must be an object with name and params")
  }

  private[predictionio] def params(
    field: String,
    name: String,
    json: JValue,
    classes: Map[String, Class[_]],
    extractor: JsonExtractorOption
  ): (String, Params) = {
    val cls = classes.getOrElse(name, throw Errors.unknownPart(field, name, classes.keys.toSeq))
    val read = paramsClass(cls) match {
      case None => EmptyParams()
      case Some(paramsClass) =>
        try JsonExtractor.extract(extractor, JsonText.write(json), paramsClass).asInstanceOf[Params]
        catch { case fault: JsonFault => throw Errors.badParameter(field, name, paramsClass, fault) }
    }
    (name, read)
  }

  /** A parameter that is null is one that is missing: it has its default, or is told of. */
  private def withoutNulls(json: JValue): JValue = json match {
    case JObject(fields) =>
      JObject(fields.collect { case (name, value) if value != JNull => name -> withoutNulls(value) })
    case JArray(items) => JArray(items.map(withoutNulls))
    case other => other
  }

  /** The class of the parameters that a part of an engine is built with; `None` where it takes none. */
  private def paramsClass(cls: Class[_]): Option[Class[_]] = {
    val single = cls.getConstructors.filter(_.getParameterCount == 1).map(_.getParameterTypes.head)
    single.find(classOf[Params].isAssignableFrom).filterNot(_ == classOf[Params])
  }
}
