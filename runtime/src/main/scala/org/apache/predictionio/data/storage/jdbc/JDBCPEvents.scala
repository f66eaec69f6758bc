package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage._
import org.apache.predictionio.runtime.{DatabaseSettings, LeftOut, Progress}

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.joda.time.DateTime

/** Events in PostgreSQL, read and stored in parallel. */
private[predictionio] class JDBCPEvents(settings: DatabaseSettings) extends PEvents {

  override def find(
    appId: Int,
    channelId: Option[Int] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    entityType: Option[String] = None,
    entityId: Option[String] = None,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None
  )(sc: SparkContext): RDD[Event] = {
    val filter =
      EventFilter(startTime, untilTime, entityType, entityId, eventNames, targetEntityType, targetEntityId)
    read(sc, eventTable(appId, channelId), filter, WholeEvents)
  }

  override def aggregateProperties(
    appId: Int,
    channelId: Option[Int] = None,
    entityType: String,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    required: Option[Seq[String]] = None
  )(sc: SparkContext): RDD[(String, PropertyMap)] = {
    val filter = EventFilter(
      startTime = startTime,
      untilTime = untilTime,
      entityType = Some(entityType),
      eventNames = Some(EventValidation.specialEvents.toSeq)
    )
    read(sc, eventTable(appId, channelId), filter, PropertyEvents)
      .map(event => (event.entityId, event))
      .aggregateByKey(PropertyAggregation())(_.add(_), _.merge(_))
      .flatMap { case (id, aggregation) => aggregation.result.map(id -> _) }
      .filter { case (_, properties) => required.forall(_.forall(properties.contains)) }
  }

  override def write(events: RDD[Event], appId: Int, channelId: Option[Int])(sc: SparkContext): Unit = {
    val (to, table) = (settings, eventTable(appId, channelId))
    events.foreachPartition { part =>
      if (part.nonEmpty) Connections.of(to).transaction { connection =>
        part.grouped(1000).foreach(EventWriter.insert(connection, table, _))
      }
    }
  }

  override def delete(eventIds: RDD[String], appId: Int, channelId: Option[Int])(sc: SparkContext): Unit = {
    val (to, table) = (settings, eventTable(appId, channelId))
    eventIds.foreachPartition { part =>
      part.grouped(1000).foreach { ids =>
        Connections.of(to).use(Sql.update(_, s"DELETE FROM ${table.name} WHERE id = ANY (?)", ids.toArray))
      }
    }
  }

  private def eventTable(appId: Int, channelId: Option[Int]): EventTable =
    EventTable(appId, channelId, settings.tables.eventdata)

  private def read(sc: SparkContext, table: EventTable, filter: EventFilter, rows: EventRows): RDD[Event] = {
    val slices = Connections.of(settings).use(Slices.of(_, table, filter, 2 * sc.defaultParallelism))
    val query = EventQuery(settings, table, filter, rows)
    new EventsRDD(sc, query, slices, Progress.eventsRead(sc), LeftOut.inTasks(sc))
  }
}
