package org.apache.predictionio.data.store.java

import org.apache.predictionio.data.storage.Event
import org.apache.predictionio.data.store.LEventStore

import org.joda.time.DateTime

import java.util.concurrent.{CompletableFuture, ExecutorService}
import scala.collection.JavaConverters._
import scala.concurrent.duration.Duration
import scala.concurrent.{ExecutionContext, Future}
import scala.util.{Failure, Success}

/** Reads a few events at once, for Java; see [[LEventStore]]. */
object LJavaEventStore {

  /** Reads events of one entity; see [[LEventStore.findByEntity]]. */
  def findByEntity(
    appName: String,
    entityType: String,
    entityId: String,
    channelName: Option[String],
    eventNames: Option[java.util.List[String]],
    targetEntityType: Option[Option[String]],
    targetEntityId: Option[Option[String]],
    startTime: Option[DateTime],
    untilTime: Option[DateTime],
    limit: Option[Integer],
    latest: Boolean,
    timeout: Duration
  ): java.util.List[Event] = LEventStore
    .findByEntity(
      appName,
      entityType,
      entityId,
      channelName,
      eventNames.map(_.asScala.toSeq),
      targetEntityType,
      targetEntityId,
      startTime,
      untilTime,
      limit.map(_.intValue()),
      latest,
      timeout
    )
    .toSeq
    .asJava

  /** Like [[findByEntity]], without waiting. */
  def findByEntityAsync(
    appName: String,
    entityType: String,
    entityId: String,
    channelName: Option[String],
    eventNames: Option[java.util.List[String]],
    targetEntityType: Option[Option[String]],
    targetEntityId: Option[Option[String]],
    startTime: Option[DateTime],
    untilTime: Option[DateTime],
    limit: Option[Integer],
    latest: Boolean,
    executorService: ExecutorService
  ): CompletableFuture[java.util.List[Event]] = later(executorService) { executor =>
    LEventStore.findByEntityAsync(
      appName,
      entityType,
      entityId,
      channelName,
      eventNames.map(_.asScala.toSeq),
      targetEntityType,
      targetEntityId,
      startTime,
      untilTime,
      limit.map(_.intValue()),
      latest
    )(executor)
  }

  /** Reads events in the order of their times; see [[LEventStore.find]]. */
  def find(
    appName: String,
    entityType: Option[String],
    entityId: Option[String],
    channelName: Option[String],
    eventNames: Option[java.util.List[String]],
    targetEntityType: Option[Option[String]],
    targetEntityId: Option[Option[String]],
    startTime: Option[DateTime],
    untilTime: Option[DateTime],
    limit: Option[Integer],
    timeout: Duration
  ): java.util.List[Event] = LEventStore
    .find(
      appName,
      entityType,
      entityId,
      channelName,
      eventNames.map(_.asScala.toSeq),
      targetEntityType,
      targetEntityId,
      startTime,
      untilTime,
      limit.map(_.intValue()),
      timeout
    )
    .toSeq
    .asJava

  /** Like [[find]], without waiting. */
  def findAsync(
    appName: String,
    entityType: Option[String],
    entityId: Option[String],
    channelName: Option[String],
    eventNames: Option[java.util.List[String]],
    targetEntityType: Option[Option[String]],
    targetEntityId: Option[Option[String]],
    startTime: Option[DateTime],
    untilTime: Option[DateTime],
    limit: Option[Integer],
    executorService: ExecutorService
  ): CompletableFuture[java.util.List[Event]] = later(executorService) { executor =>
    LEventStore.findAsync(
      appName,
      entityType,
      entityId,
      channelName,
      eventNames.map(_.asScala.toSeq),
      targetEntityType,
      targetEntityId,
      startTime,
      untilTime,
      limit.map(_.intValue())
    )(executor)
  }

  private def later(service: ExecutorService)(
    read: ExecutionContext => Future[Iterator[Event]]
  ): CompletableFuture[java.util.List[Event]] = {
    val executor = ExecutionContext.fromExecutorService(service)
    val answer = new CompletableFuture[java.util.List[Event]]
    read(executor).map(_.toSeq.asJava)(executor).onComplete {
      case Success(events) => answer.complete(events)
      case Failure(error) => answer.completeExceptionally(error)
    }(executor)
    answer
  }
}
