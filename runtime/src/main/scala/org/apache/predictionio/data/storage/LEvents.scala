package org.apache.predictionio.data.storage

import org.joda.time.DateTime

import scala.concurrent.duration.Duration
import scala.concurrent.{Await, ExecutionContext, Future, TimeoutException}

/** Events, stored and read one by one from this machine. Engines read with
  * [[org.apache.predictionio.data.store.LEventStore]], which knows apps by name.
  */
trait LEvents {

  /** How long the blocking methods wait. */
  val defaultTimeout: Duration = Duration(60, "seconds")

  /** Makes the table of an app or channel; true where it is there afterwards. */
  def init(appId: Int, channelId: Option[Int] = None): Boolean

  /** Removes all events of an app or channel. */
  def remove(appId: Int, channelId: Option[Int] = None): Boolean

  /** Lets go of connections. */
  def close(): Unit

  /** Stores an event of an app and returns its id. */
  def futureInsert(event: Event, appId: Int)(implicit ec: ExecutionContext): Future[String] =
    futureInsert(event, appId, None)

  /** Stores an event and returns its id. */
  def futureInsert(event: Event, appId: Int, channelId: Option[Int])(implicit ec: ExecutionContext): Future[String] =
    futureInsertBatch(Seq(event), appId, channelId).map(_.head)

  /** Stores events of an app in one transaction and returns their ids. */
  def futureInsertBatch(events: Seq[Event], appId: Int)(implicit ec: ExecutionContext): Future[Seq[String]] =
    futureInsertBatch(events, appId, None)

  /** Stores events in one transaction and returns their ids. */
  def futureInsertBatch(events: Seq[Event], appId: Int, channelId: Option[Int])(implicit
    ec: ExecutionContext
  ): Future[Seq[String]]

  /** The event of an app with this id. */
  def futureGet(eventId: String, appId: Int)(implicit ec: ExecutionContext): Future[Option[Event]] =
    futureGet(eventId, appId, None)

  /** The event with this id. */
  def futureGet(eventId: String, appId: Int, channelId: Option[Int])(implicit
    ec: ExecutionContext
  ): Future[Option[Event]]

  /** Removes the event of an app with this id; false where there was none. */
  def futureDelete(eventId: String, appId: Int)(implicit ec: ExecutionContext): Future[Boolean] =
    futureDelete(eventId, appId, None)

  /** Removes the event with this id; false where there was none. */
  def futureDelete(eventId: String, appId: Int, channelId: Option[Int])(implicit
    ec: ExecutionContext
  ): Future[Boolean]

  /** Finds events in the order of their times.
    *
    * @param startTime        not before
    * @param untilTime        before
    * @param eventNames       any of these
    * @param targetEntityType `Some(None)`: those without a target entity
    * @param targetEntityId   `Some(None)`: those without a target entity
    * @param limit            at most so many; `None` or -1: all
    * @param reversed         the last first
    */
  def futureFind(
    appId: Int,
    channelId: Option[Int] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    entityType: Option[String] = None,
    entityId: Option[String] = None,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None,
    limit: Option[Int] = None,
    reversed: Option[Boolean] = None
  )(implicit ec: ExecutionContext): Future[Iterator[Event]]

  /** The properties of all entities of a type.
    *
    * @param required only of entities that have all of these properties
    */
  def futureAggregateProperties(
    appId: Int,
    channelId: Option[Int] = None,
    entityType: String,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    required: Option[Seq[String]] = None
  )(implicit ec: ExecutionContext): Future[Map[String, PropertyMap]] =
    futureFind(
      appId = appId,
      channelId = channelId,
      startTime = startTime,
      untilTime = untilTime,
      entityType = Some(entityType),
      eventNames = Some(EventValidation.specialEvents.toSeq)
    ).map { events =>
      PropertyAggregation.all(events).filter { case (_, properties) =>
        required.forall(_.forall(properties.contains))
      }
    }

  /** The properties of one entity; `None` where it has none or was deleted. */
  def futureAggregatePropertiesOfEntity(
    appId: Int,
    channelId: Option[Int] = None,
    entityType: String,
    entityId: String,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None
  )(implicit ec: ExecutionContext): Future[Option[PropertyMap]] =
    futureFind(
      appId = appId,
      channelId = channelId,
      startTime = startTime,
      untilTime = untilTime,
      entityType = Some(entityType),
      entityId = Some(entityId),
      eventNames = Some(EventValidation.specialEvents.toSeq)
    ).map(events => PropertyAggregation.all(events).get(entityId))

  /** Like [[futureInsert]], waiting. */
  def insert(event: Event, appId: Int, channelId: Option[Int] = None, timeout: Duration = defaultTimeout)(implicit
    ec: ExecutionContext
  ): String = Await.result(futureInsert(event, appId, channelId), timeout)

  /** Like [[futureGet]], waiting. */
  def get(eventId: String, appId: Int, channelId: Option[Int] = None, timeout: Duration = defaultTimeout)(implicit
    ec: ExecutionContext
  ): Option[Event] = Await.result(futureGet(eventId, appId, channelId), timeout)

  /** Like [[futureDelete]], waiting. */
  def delete(eventId: String, appId: Int, channelId: Option[Int] = None, timeout: Duration = defaultTimeout)(implicit
    ec: ExecutionContext
  ): Boolean = Await.result(futureDelete(eventId, appId, channelId), timeout)

  /** Like [[futureFind]], waiting. */
  def find(
    appId: Int,
    channelId: Option[Int] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    entityType: Option[String] = None,
    entityId: Option[String] = None,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None,
    limit: Option[Int] = None,
    reversed: Option[Boolean] = None,
    timeout: Duration = defaultTimeout
  )(implicit ec: ExecutionContext): Iterator[Event] = Await.result(
    futureFind(
      appId,
      channelId,
      startTime,
      untilTime,
      entityType,
      entityId,
      eventNames,
      targetEntityType,
      targetEntityId,
      limit,
      reversed
    ),
    timeout
  )

  /** Finds events of one entity.
    *
    * @param latest the last first
    * @return the events, or why they could not be had in time
    */
  def findSingleEntity(
    appId: Int,
    channelId: Option[Int] = None,
    entityType: String,
    entityId: String,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    limit: Option[Int] = None,
    latest: Boolean = true,
    timeout: Duration = defaultTimeout
  )(implicit ec: ExecutionContext): Either[StorageError, Iterator[Event]] =
    try Right(
        find(
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
          reversed = Some(latest),
          timeout = timeout
        )
      )
    catch {
      case e: TimeoutException => Left(StorageError(s"The events of $entityType $entityId did not come in time: $e"))
      case e: Exception => Left(StorageError(s"The events of $entityType $entityId could not be read: $e"))
    }

  /** Like [[futureAggregateProperties]], waiting. */
  def aggregateProperties(
    appId: Int,
    channelId: Option[Int] = None,
    entityType: String,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    required: Option[Seq[String]] = None,
    timeout: Duration = defaultTimeout
  )(implicit ec: ExecutionContext): Map[String, PropertyMap] =
    Await.result(futureAggregateProperties(appId, channelId, entityType, startTime, untilTime, required), timeout)

  /** Like [[futureAggregatePropertiesOfEntity]], waiting. */
  def aggregatePropertiesOfEntity(
    appId: Int,
    channelId: Option[Int] = None,
    entityType: String,
    entityId: String,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    timeout: Duration = defaultTimeout
  )(implicit ec: ExecutionContext): Option[PropertyMap] = Await.result(
    futureAggregatePropertiesOfEntity(appId, channelId, entityType, entityId, startTime, untilTime),
    timeout
  )
}
