package org.apache.predictionio.data.storage

import org.joda.time.format.ISODateTimeFormat
import org.joda.time.{DateTime, DateTimeZone}

import java.util.concurrent.ConcurrentHashMap

/** Times as events hold them. */
private[predictionio] object Times {
  private val parser = ISODateTimeFormat.dateTimeParser.withOffsetParsed
  private val printer = ISODateTimeFormat.dateTime.withOffsetParsed
  private val zones = new ConcurrentHashMap[String, DateTimeZone]

  /** The time of an ISO 8601 text; UTC where it names no zone. */
  def parse(text: String): DateTime = {
    val time = parser.parseDateTime(text)
    if (hasZone(text)) time else time.withZoneRetainFields(DateTimeZone.UTC)
  }

  /** The ISO 8601 text of a time, in its own zone, with milliseconds. */
  def format(time: DateTime): String = printer.print(time)

  /** The zone of a stored id; UTC where no such zone is known. */
  def zone(id: String): DateTimeZone =
    if (id == null || id == "UTC") DateTimeZone.UTC
    else zones.computeIfAbsent(id, known)

  private def known(id: String): DateTimeZone =
    try DateTimeZone.forID(id)
    catch { case _: IllegalArgumentException => DateTimeZone.UTC }

  private def hasZone(text: String): Boolean = {
    val time = text.indexOf('T')
    text.endsWith("Z") || (time >= 0 && text.indexWhere(c => c == '+' || c == '-', time) >= 0)
  }
}
