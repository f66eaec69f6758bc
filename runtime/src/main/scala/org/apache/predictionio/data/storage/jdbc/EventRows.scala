package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.{DataMap, Event, Times}
import org.apache.predictionio.runtime.LeftOutEvent
import org.apache.predictionio.runtime.json.JsonLimits

import org.joda.time.{DateTime, DateTimeZone}

import java.sql.ResultSet
import java.util.{Calendar, HashMap => JHashMap}
import scala.util.hashing.MurmurHash3

/** Makes events of rows. */
private[jdbc] sealed trait EventRows extends Serializable {

  /** The columns that are read. */
  def columns: String

  /** The column of the properties. */
  protected def properties: Int

  /** Reads any row. */
  protected def event: ResultSet => Event

  /** A reader for one result; it is used by one thread. A row that no reader can take is left out and told.
    *
    * @param leftOut is told of each
    */
  def reader(table: EventTable, leftOut: LeftOutEvent => Unit): ResultSet => Option[Event] = {
    val read = event
    row => {
      val text = row.getString(properties)
      val isReadable = text == null || JsonLimits.excess(text).isEmpty
      val event = read(row)
      if (!isReadable) leftOut(LeftOutEvent(table.appId, table.channelId, EventRows.mark(event)))
      if (isReadable) Some(event) else None
    }
  }
}

private object EventRows {

  /** Tells an event from others by what all readers read of it. */
  private def mark(event: Event): Long = {
    val text = s"${event.event}\n${event.entityId}\n${event.eventTime.getMillis}\n${event.creationTime.getMillis}"
    MurmurHash3.stringHash(text, 1).toLong << 32 | MurmurHash3.stringHash(text, 2) & 0xffffffffL
  }
}

/** Whole events. */
private[jdbc] object WholeEvents extends EventRows {
  override val columns: String = "id, event, entitytype, entityid, targetentitytype, targetentityid, properties, " +
    "eventtime, eventtimezone, tags, prid, creationtime, creationtimezone"

  override protected val properties: Int = 7

  override protected def event: ResultSet => Event = {
    val cells = new Cells
    row =>
      Event(
        eventId = Option(row.getString(1)),
        event = cells.shared(row.getString(2)),
        entityType = cells.shared(row.getString(3)),
        entityId = row.getString(4),
        targetEntityType = cells.sharedOption(row.getString(5)),
        targetEntityId = Option(row.getString(6)),
        properties = DataMap.lazily(row.getString(7)),
        eventTime = cells.time(row, 8, row.getString(9)),
        tags = cells.tags(row.getString(10)),
        prId = Option(row.getString(11)),
        creationTime = cells.time(row, 12, row.getString(13))
      )
  }
}

/** Only what the aggregation of properties looks at. */
private[jdbc] object PropertyEvents extends EventRows {
  override val columns: String = "event, entityid, properties, eventtime, creationtime"

  override protected val properties: Int = 3

  override protected def event: ResultSet => Event = {
    val cells = new Cells
    row =>
      Event(
        event = cells.shared(row.getString(1)),
        entityType = "",
        entityId = row.getString(2),
        properties = DataMap.lazily(row.getString(3)),
        eventTime = cells.time(row, 4, null),
        creationTime = cells.time(row, 5, null)
      )
  }
}

/** Reads cells; texts that occur again and again are kept once. */
private class Cells {
  private val texts = new JHashMap[String, String]
  private val options = new JHashMap[String, Option[String]]
  private val calendar: Calendar = Sql.utc

  def shared(text: String): String = {
    val known = texts.putIfAbsent(text, text)
    if (known == null) text else known
  }

  def sharedOption(text: String): Option[String] =
    if (text == null) None else options.computeIfAbsent(text, Some(_))

  def time(row: ResultSet, column: Int, zone: String): DateTime = {
    val at = row.getTimestamp(column, calendar).getTime
    new DateTime(at, if (zone == null) DateTimeZone.UTC else Times.zone(zone))
  }

  def tags(text: String): Seq[String] = if (text == null || text.isEmpty) Nil else text.split(",").toSeq
}
