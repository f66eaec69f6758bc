package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage._
import org.apache.predictionio.runtime.{DatabaseSettings, Errors, LeftOut}

import org.joda.time.DateTime

import java.sql.{Connection, SQLException}
import scala.concurrent.{ExecutionContext, Future, blocking}

/** Events in PostgreSQL, stored and read one by one. */
private[predictionio] class JDBCLEvents(settings: DatabaseSettings) extends LEvents {
  private def connections = Connections.of(settings)

  override def init(appId: Int, channelId: Option[Int]): Boolean = {
    connections.use(eventTable(appId, channelId).create)
    true
  }

  override def remove(appId: Int, channelId: Option[Int]): Boolean = {
    connections.use(eventTable(appId, channelId).drop)
    true
  }

  override def close(): Unit = connections.closeIdle()

  override def futureInsertBatch(events: Seq[Event], appId: Int, channelId: Option[Int])(implicit
    ec: ExecutionContext
  ): Future[Seq[String]] = Future(blocking {
    events.foreach(EventValidation.validate)
    val table = eventTable(appId, channelId)
    inTable(table)(connections.transaction(EventWriter.insert(_, table, events)))
  })

  override def futureGet(eventId: String, appId: Int, channelId: Option[Int])(implicit
    ec: ExecutionContext
  ): Future[Option[Event]] =
    query(eventTable(appId, channelId))((connection, table) =>
      Sql
        .row(connection, s"SELECT ${WholeEvents.columns} FROM ${table.name} WHERE id = ?", eventId)(reader(table))
        .flatten
    )

  override def futureDelete(eventId: String, appId: Int, channelId: Option[Int])(implicit
    ec: ExecutionContext
  ): Future[Boolean] =
    query(eventTable(appId, channelId))((connection, table) =>
      Sql.update(connection, s"DELETE FROM ${table.name} WHERE id = ?", eventId) > 0
    )

  override def futureFind(
    appId: Int,
    channelId: Option[Int],
    startTime: Option[DateTime],
    untilTime: Option[DateTime],
    entityType: Option[String],
    entityId: Option[String],
    eventNames: Option[Seq[String]],
    targetEntityType: Option[Option[String]],
    targetEntityId: Option[Option[String]],
    limit: Option[Int],
    reversed: Option[Boolean]
  )(implicit ec: ExecutionContext): Future[Iterator[Event]] = {
    val filter =
      EventFilter(startTime, untilTime, entityType, entityId, eventNames, targetEntityType, targetEntityId)
    val (where, values) = EventFilter.where(filter.conditions)
    val order = if (reversed.contains(true)) "DESC" else "ASC"
    val most = limit.filter(_ >= 0).map(n => s" LIMIT $n").getOrElse("")
    query(eventTable(appId, channelId)) { (connection, table) =>
      val sql = s"SELECT ${WholeEvents.columns} FROM ${table.name}$where ORDER BY eventtime $order$most"
      Sql.rows(connection, sql, values: _*)(reader(table)).iterator.flatten
    }
  }

  private def eventTable(appId: Int, channelId: Option[Int]): EventTable =
    EventTable(appId, channelId, settings.tables.eventdata)

  private def reader(table: EventTable) = WholeEvents.reader(table, LeftOut.add)

  private def query[T](table: EventTable)(work: (Connection, EventTable) => T)(implicit
    ec: ExecutionContext
  ): Future[T] =
    Future(blocking(inTable(table)(connections.use(work(_, table)))))

  private def inTable[T](table: EventTable)(work: => T): T =
    try work
    catch {
      case e: SQLException if e.getSQLState == JDBCLEvents.UndefinedTable =>
        throw Errors.noEventTable(table.appId, table.channelId)
    }
}

private object JDBCLEvents {
  val UndefinedTable = "42P01"
}
