package org.apache.predictionio.runtime.json

import com.google.gson.{JsonArray, JsonElement, JsonObject, JsonPrimitive}
import org.json4s._

import scala.collection.JavaConverters._
import scala.util.Try

/** Documents that Gson made. */
private[predictionio] object GsonTree {

  /** The same document for json4s. */
  def toJValue(element: JsonElement): JValue = element match {
    case fields: JsonObject =>
      JObject(fields.entrySet.asScala.toList.map(field => field.getKey -> toJValue(field.getValue)))
    case items: JsonArray => JArray(items.asScala.toList.map(toJValue))
    case truth: JsonPrimitive if truth.isBoolean => JBool(truth.getAsBoolean)
    case number: JsonPrimitive if number.isNumber => toNumber(number.getAsNumber)
    case text: JsonPrimitive => JString(text.getAsString)
    case _ => JNull
  }

  private def toNumber(number: Number): JValue = number match {
    case decimal: java.math.BigDecimal => JDecimal(BigDecimal(decimal))
    case other =>
      val text = other.toString
      Try(JInt(BigInt(text))).getOrElse(JDouble(text.toDouble))
  }
}
