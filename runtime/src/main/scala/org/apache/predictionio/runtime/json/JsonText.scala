package org.apache.predictionio.runtime.json

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
        case _ => throw fault(first)
      }
    catch {
      case _: JsonParseException => throw fault(first)
    }

  private def fault(cause: Exception): JsonFault = {
    val where = Option(cause.getMessage).map(_.linesIterator.next().trim).filter(_.nonEmpty).map(" (" + _ + ")")
    new JsonFault(s"This is not valid JSON${where.getOrElse("")}.", cause)
  }
}
