package org.apache.predictionio.data.store

import org.apache.predictionio.data.storage.{Event, Storage}

import org.joda.time.DateTime

import scala.concurrent.duration.Duration
import scala.concurrent.{Await, ExecutionContext, Future}

/** Reads a few events at once, for example those of one user while a query is answered. Algorithms use it. */
object LEventStore {
  private val defaultTimeout = Duration(60, "seconds")

  /** Reads events of one entity.
    *
    * @param appName          the app
    * @param entityType       type of the entity
    * @param entityId         its id
    * @param channelName      one of the app's channels; `None` is the app's own
    * @param eventNames       only events with one of these names
    * @param targetEntityType only events with target entities of this type; `Some(None)`: only those without one
    * @param targetEntityId   only events with target entities with this id; `Some(None)`: only those without one
    * @param startTime        only events not before this time
    * @param untilTime        only events before this time
    * @param limit            at most so many; `None` or -1: all
    * @param latest           the last first
    * @param timeout          how long to wait at most
    * @throws scala.concurrent.TimeoutException where it takes longer
    * @throws RuntimeException                  where there is no such app or channel, or the database fails, with words
    *                                           for the user
    */
  def findByEntity(
    appName: String,
    entityType: String,
    entityId: String,
    channelName: Option[String] = None,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    limit: Option[Int] = None,
    latest: Boolean = true,
    timeout: Duration = defaultTimeout
  ): Iterator[Event] = Await.result(
    findByEntityAsync(
      appName,
      entityType,
      entityId,
      channelName,
      eventNames,
      targetEntityType,
      targetEntityId,
      startTime,
      untilTime,
      limit,
      latest
    )(ExecutionContext.global),
    timeout
  )

  /** Like [[findByEntity]], without waiting. */
  def findByEntityAsync(
    appName: String,
    entityType: String,
    entityId: String,
    channelName: Option[String] = None,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    limit: Option[Int] = None,
    latest: Boolean = true
  )(implicit ec: ExecutionContext): Future[Iterator[Event]] = {
    val (appId, channelId) = AppNames.ids(appName, channelName)
    Storage
      .getLEvents()
      .futureFind(
        appId = appId,
        channelId = channelId,
        startTime = startTime,
        untilTime = untilTime,
        entityType = Some(entityType),
        entityId = Some(entityId),
        eventNames = eventNames,
        targetEntityType = targetEntityType,
        targetEntityId = targetEntityId,
        limit = limit,
        reversed = Some(latest)
      )
  }

  /** Reads events in the order of their times; see [[findByEntity]]. */
  def find(
    appName: String,
    entityType: Option[String] = None,
    entityId: Option[String] = None,
    channelName: Option[String] = None,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    limit: Option[Int] = None,
    timeout: Duration = defaultTimeout
  ): Iterator[Event] = Await.result(
    findAsync(
      appName,
      entityType,
      entityId,
      channelName,
      eventNames,
      targetEntityType,
      targetEntityId,
      startTime,
      untilTime,
      limit
    )(ExecutionContext.global),
    timeout
  )

  /** Like [[find]], without waiting. */
  def findAsync(
    appName: String,
    entityType: Option[String] = None,
    entityId: Option[String] = None,
    channelName: Option[String] = None,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    limit: Option[Int] = None
  )(implicit ec: ExecutionContext): Future[Iterator[Event]] = {
    val (appId, channelId) = AppNames.ids(appName, channelName)
    Storage
      .getLEvents()
      .futureFind(
        appId = appId,
        channelId = channelId,
        startTime = startTime,
        untilTime = untilTime,
        entityType = entityType,
        entityId = entityId,
        eventNames = eventNames,
        targetEntityType = targetEntityType,
        targetEntityId = targetEntityId,
        limit = limit
      )
  }
}
