package org.apache.predictionio.runtime.json

import com.fasterxml.jackson.core.JsonProcessingException
import com.fasterxml.jackson.databind.{DeserializationFeature, ObjectMapper}
import com.google.gson.{JsonParseException, JsonParser}
import org.json4s._
import org.json4s.native.JsonMethods

/** JSON documents as text. */
private[predictionio] object JsonText {

  /** Reads a document which some tool wrote. */
  def parse(text: String): JValue =
    try
      JsonMethods.parse(wrapped(text)) match {
        case JArray(value :: Nil) => value
        case _ => throw new JsonFault("The JSON document is not valid.", null)
      }
    catch { case e: StackOverflowError => throw JsonFault.tooDeep(e) }

  /** Reads a document which a person wrote: what json4s does not accept is tried with Gson, which is laxer. */
  def parseLax(text: String): JValue =
    if (text == null || text.trim.isEmpty) throw new JsonFault("There is no JSON document; the text is empty.", null)
    else
      try parse(text)
      catch {
        case deep: JsonFault if deep.getCause.isInstanceOf[StackOverflowError] => throw deep
        case e: Exception => reparse(text, e)
      }

  /** The text of a document, without spaces. */
  def write(value: JValue): String = JsonMethods.compact(JsonMethods.render(value match {
    case JNothing => JNull
    case other => other
  }))

  /** Single values are no documents to json4s's parser, but elements of a list are. */
  private def wrapped(text: String): String = "[" + text + "]"

  private def reparse(text: String, first: Exception): JValue =
    try
      JsonParser.parseString(text) match {
        case element if element.isJsonObject || element.isJsonArray => parse(element.toString)
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
