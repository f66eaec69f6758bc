package org.apache.predictionio.runtime

import org.apache.predictionio.runtime.json.{JsonFault, JsonText}
import org.apache.predictionio.runtime.link.Messages
import org.apache.predictionio.workflow.JsonExtractorOption
import org.apache.predictionio.workflow.JsonExtractorOption.JsonExtractorOption

import org.json4s._

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Paths}

/** What this process is to do, as the spec file says. */
class Spec(json: JValue) {

  /** What to do: train, eval, batchpredict, serve or warm-up. */
  val verb: String = text(json, "verb")

  /** The engine's section. */
  val engine: JValue = json \ "engine"

  /** The content of engine.json. */
  val variant: JValue = engine \ "variant"

  /** The name of that file. */
  val variantFile: String = string(engine, "variantFile").getOrElse("engine.json")

  /** Class name of the engine factory. */
  def factory: String = text(engine, "factory")

  /** The label of the run. */
  val batch: String = string(json, "batch").getOrElse("")

  /** Whether missing parameters become 0 or null. */
  val lenient: Boolean = json \ "lenientParams" == JBool.True

  /** What reads and writes JSON. */
  val jsonExtractor: JsonExtractorOption =
    string(json, "jsonExtractor").map(JsonExtractorOption.withName).getOrElse(JsonExtractorOption.Both)

  /** The database, if there is one. */
  val database: Option[DatabaseSettings] = json \ "database" match {
    case section: JObject =>
      val tables = section \ "tables"
      val usual = TableNames()
      val names = TableNames(
        string(tables, "metadata").getOrElse(usual.metadata),
        string(tables, "eventdata").getOrElse(usual.eventdata),
        string(tables, "modeldata").getOrElse(usual.modeldata)
      )
      val sources = section \ "sources" match {
        case JArray(values) => values.collect { case JString(name) => name }
        case _ => Nil
      }
      val password = string(section, "password").orNull
      Some(DatabaseSettings(text(section, "url"), text(section, "user"), password, names, sources))
    case _ => None
  }

  /** What is stored as the environment of an instance. The runtime's own mark tells its models from those of PIO. */
  val environment: Map[String, String] = texts("environment") + (Spec.RuntimeMark -> "1")

  /** What is stored as the Spark settings of an instance. */
  val recordedSparkConf: Map[String, String] = texts("sparkConf")

  /** The environment of Spark's executors. */
  val executorEnvironment: Map[String, String] = texts("executorEnvironment") + (Spec.RuntimeMark -> "1")

  /** The section with the verb's name. */
  val options: JValue = json \ verb

  private def texts(section: String): Map[String, String] = json \ section match {
    case JObject(fields) => fields.collect { case (name, JString(value)) => name -> value }.toMap
    case _ => Map.empty
  }

  /** A text of a section that must be there. */
  def text(section: JValue, name: String): String =
    string(section, name).getOrElse(throw Errors.badSpec(s"The spec file does not say $name."))

  /** A text of a section. */
  def string(section: JValue, name: String): Option[String] = section \ name match {
    case JString(value) => Some(value)
    case _ => None
  }

  /** True where a section says so. */
  def flag(name: String): Boolean = options \ name == JBool.True

  /** A whole number of the verb's section. */
  def number(name: String): Option[Int] = options \ name match {
    case JInt(value) => Some(value.toInt)
    case _ => None
  }
}

/** Reads spec files. */
object Spec {

  /** Marks instances whose models this runtime has made. */
  val RuntimeMark = "PIO_RUNTIME"

  /** Reads the file and deletes it: it holds the database's password. */
  def read(file: String): Spec = {
    val path = Paths.get(file)
    val json =
      try JsonText.parse(new String(Files.readAllBytes(path), UTF_8))
      catch {
        case e: IOException => throw Errors.badSpec(s"The spec file $file cannot be read.", e)
        case e: JsonFault => throw Errors.badSpec(s"The spec file $file is not valid JSON.", e)
        case e: ParserUtil.ParseException => throw Errors.badSpec(s"The spec file $file is not valid JSON.", e)
      } finally Files.deleteIfExists(path)
    json \ "version" match {
      case JInt(version) if version == Messages.Version => new Spec(json)
      case other =>
        throw Errors.badSpec(s"The spec file has version ${JsonText.write(other)}, not ${Messages.Version}.")
    }
  }
}
