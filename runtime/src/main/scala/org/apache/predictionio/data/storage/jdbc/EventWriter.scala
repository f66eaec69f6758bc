package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.Event
import org.apache.predictionio.runtime.json.JsonLimits

import org.joda.time.DateTime
import org.json4s.native.JsonMethods.{compact, render}

import java.security.SecureRandom
import java.sql.Connection

/** Stores events. */
private[jdbc] object EventWriter {

  /** Stores events and returns their ids, in order. Of an event whose id is taken nothing is stored. */
  def insert(connection: Connection, table: EventTable, events: Seq[Event]): Seq[String] = {
    val statement = connection.prepareStatement(
      s"INSERT INTO ${table.name} (${WholeEvents.columns}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING"
    )
    try {
      val ids = events.map { event =>
        val id = event.eventId.getOrElse(newId())
        Sql.bind(statement, values(id, event))
        statement.addBatch()
        id
      }
      statement.executeBatch()
      ids
    } finally statement.close()
  }

  /** 32 hexadecimal digits that begin with the time (UUID, version 7), so that the primary key's index grows at its end. */
  def newId(): String = {
    val high = (System.currentTimeMillis() << 16) | 0x7000L | (random.nextInt() & 0xfffL)
    val low = (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L
    f"$high%016x$low%016x"
  }

  private val random = new SecureRandom

  private def values(id: String, event: Event): Seq[Any] = Seq(
    id,
    event.event,
    event.entityType,
    event.entityId,
    event.targetEntityType,
    event.targetEntityId,
    properties(event),
    event.eventTime,
    zone(event.eventTime),
    if (event.tags.isEmpty) None else Some(event.tags.mkString(",")),
    event.prId,
    event.creationTime,
    zone(event.creationTime)
  )

  /** An event that could not be read again is not stored. */
  private def properties(event: Event): String = {
    val text = compact(render(event.properties.toJObject()))
    JsonLimits.excess(text).foreach { words =>
      throw new IllegalArgumentException(s"The event ${event.event} of ${event.entityType} ${event.entityId} $words.")
    }
    text
  }

  private def zone(time: DateTime): String = time.getZone.getID
}
