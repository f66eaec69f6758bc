package org.apache.predictionio.data.store.java

import org.apache.predictionio.data.storage.Event
import org.apache.predictionio.data.store.LEventStore

import org.joda.time.DateTime

import scala.collection.JavaConverters._
import scala.concurrent.duration.Duration

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

  /** Reads events in the order of their times; see [[LEventStore.find]]. */
  def find(
    appName: String,
    channelName: Option[String],
    startTime: Option[DateTime],
    untilTime: Option[DateTime],
    entityType: Option[String],
    entityId: Option[String],
    eventNames: Option[java.util.List[String]],
    targetEntityType: Option[Option[String]],
    targetEntityId: Option[Option[String]],
    limit: Option[Integer],
    timeout: Duration
  ): java.util.List[Event] = LEventStore
    .find(
      appName,
      channelName,
      startTime,
      untilTime,
      entityType,
      entityId,
      eventNames.map(_.asScala.toSeq),
      targetEntityType,
      targetEntityId,
      limit.map(_.intValue()),
      timeout
    )
    .toSeq
    .asJava
}
