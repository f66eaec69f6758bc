package org.apache.predictionio.runtime.json

import org.json4s._
import org.json4s.reflect.Reflector

/** Reads objects of classes written in Scala, with json4s. */
private[predictionio] object ScalaReader {

  /** The object of a JSON text. */
  def read[T](json: String, cls: Class[T], formats: Formats): T = {
    val value = JsonText.parseLax(json)
    val (fitted, faults) = new CaseClassReader(formats).fit(value, Reflector.scalaTypeOf(cls), "")
    if (faults.isEmpty) extract(fitted, cls, formats + JavaContainers) else throw new JsonFault(faults)
  }

  /** The object of a JSON text, by json4s's own rules alone. */
  def strictly[T](json: String, cls: Class[T], formats: Formats): T =
    try extract(JsonText.parse(json), cls, formats)
    catch {
      case e: JsonFault => throw e
      case e: Exception => throw new JsonFault(s"The JSON document is not as it should be: ${e.getMessage}.", e)
    }

  private def extract[T](value: JValue, cls: Class[T], formats: Formats): T =
    try value.extract[T](formats, Manifest.classType(cls))
    catch {
      case e: JsonFault => throw e
      // Formats of the engine's own may throw anything.
      case e: Exception =>
        val words = Option(e.getMessage).getOrElse(e.getClass.getSimpleName).linesIterator.mkString("; ")
        throw new JsonFault(s"The JSON document is not as it should be: ${words.stripSuffix(".")}.", e)
    }
}
