package org.apache.predictionio.runtime.json

import com.fasterxml.jackson.core.JsonProcessingException
import com.fasterxml.jackson.databind.{DeserializationFeature, ObjectMapper}
import com.google.gson.{JsonParseException, JsonParser}
import org.json4s._
import org.json4s.native.JsonMethods

/** JSON documents as text. */
private[predictionio] object JsonText {

  /** Reads a document which some tool wrote. */
  def parse(text: String): JValue = {
    JsonLimits.check(text)
    parseWithin(text)
  }

  /** Reads a document which a person wrote: what json4s does not accept is tried with Gson, which is laxer. */
  def parseLax(text: String): JValue =
    if (text == null || text.trim.isEmpty) throw new JsonFault("There is no JSON document; the text is empty.", null)
    else {
      JsonLimits.check(text)
      try parseWithin(text)
      catch { case e: Exception => reparse(text, e) }
    }

  /** The text of a document, without spaces. Numbers that JSON does not have, NaN and the infinite ones, are null. */
  def write(value: JValue): String = JsonMethods.compact(JsonMethods.render(finite(value) match {
    case JNothing => JNull
    case other => other
  }))

  private def finite(value: JValue): JValue = value match {
    case JDouble(number) if number.isNaN || number.isInfinite => JNull
    case JObject(fields) => JObject(fields.map { case (name, inner) => name -> finite(inner) })
    case JArray(items) => JArray(items.map(finite))
    case other => other
  }

  private def parseWithin(text: String): JValue = JsonMethods.parse(wrapped(text)) match {
    case JArray(JNull :: value :: Nil) => value
    case _ => throw new JsonFault("The JSON document is not valid.", null)
  }

  /** Single values are no documents to json4s's parser, but elements of a list are. Of several documents json4s takes the
    * last, which would not begin with this null.
    */
  private def wrapped(text: String): String = "[null," + text + "]"

  private def reparse(text: String, first: Exception): JValue =
    try
      JsonParser.parseString(text) match {
        case element if element.isJsonObject || element.isJsonArray => GsonTree.toJValue(element)
        case _ => throw fault(text, first)
      }
    catch {
      case _: JsonParseException => throw fault(text, first)
    }

  /** What is wrong is told by Jackson, which knows the place. */
  private def fault(text: String, cause: Exception): JsonFault = {
    val words =
      try {
        strict.readTree(text)
        cause.getMessage
      } catch {
        case e: JsonProcessingException =>
          s"line ${e.getLocation.getLineNr}, column ${e.getLocation.getColumnNr}: ${e.getOriginalMessage}"
      }
    new JsonFault(s"This is not valid JSON (${words.linesIterator.next()}).", cause)
  }

  private lazy val strict = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
}
