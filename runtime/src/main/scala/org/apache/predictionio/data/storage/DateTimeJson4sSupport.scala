package org.apache.predictionio.data.storage

import org.joda.time.DateTime
import org.json4s._

/** Dates and times in JSON. */
object DateTimeJson4sSupport {

  /** Plain formats, for reading the text of a time. */
  @transient implicit lazy val formats: Formats = DefaultFormats

  /** The ISO 8601 text of a time. */
  def serializeToJValue: PartialFunction[Any, JValue] = { case d: DateTime => JString(Times.format(d)) }

  /** The time that an ISO 8601 text says. */
  def deserializeFromJValue: PartialFunction[JValue, DateTime] = { case JString(text) => Times.parse(text) }

  /** Both ways. */
  class Serializer
      extends CustomSerializer[DateTime](_ => (deserializeFromJValue, serializeToJValue))
}
