package org.apache.predictionio.core

import org.apache.predictionio.data.storage.{DataMap, Event, Storage}
import org.apache.predictionio.data.store.{LEventStore, PEventStore}
import org.apache.predictionio.runtime.Errors

import grizzled.slf4j.Logger
import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.apache.spark.storage.StorageLevel
import org.joda.time.{DateTime, DateTimeZone}

import scala.concurrent.ExecutionContext.Implicits.global
import scala.concurrent.duration.Duration

/** A data source that removes old and superfluous events of its app, for good where one of the `cleanPersisted…` methods is
  * called.
  */
trait SelfCleaningDataSource {

  /** Where it logs. */
  @transient lazy val logger: Logger = Logger[this.type]

  /** The app. */
  def appName: String

  /** What is kept; `None` keeps all. */
  def eventWindow: Option[EventWindow] = None

  /** The events that are not too old, the last first. */
  def getCleanedPEvents(pEvents: RDD[Event]): RDD[Event] = {
    val since = oldest
    pEvents.filter(EventCleaning.isKept(_, since)).sortBy(_.eventTime.getMillis, ascending = false)
  }

  /** The events that are not too old, the last first. */
  def getCleanedLEvents(lEvents: Iterable[Event]): Iterable[Event] =
    lEvents.filter(EventCleaning.isKept(_, oldest)).toList.sortBy(-_.eventTime.getMillis)

  /** The events with the `$set` events of each entity made one, unless some of its properties were unset in between. */
  def compressPProperties(sc: SparkContext, rdd: RDD[Event]): RDD[Event] = {
    val keyed = rdd.map(event => (EventCleaning.entity(event), event))
    val unset = keyed.filter { case (_, event) => EventCleaning.isUnset(event) }.keys.distinct().map(_ -> true)
    val sets = keyed.filter { case (_, event) => EventCleaning.isSet(event) }
    val compressed = sets.subtractByKey(unset).reduceByKey(EventCleaning.compress(_, _)).values
    val kept = sets.join(unset).values.map(_._1)
    compressed.union(kept).union(rdd.filter(!EventCleaning.isSet(_)))
  }

  /** The events with the `$set` events of each entity made one, unless some of its properties were unset in between. */
  def compressLProperties(events: Iterable[Event]): Iterable[Event] = {
    val unset = events.filter(EventCleaning.isUnset).map(EventCleaning.entity).toSet
    val (sets, others) = events.partition(event => EventCleaning.isSet(event) && !unset(EventCleaning.entity(event)))
    sets.groupBy(EventCleaning.entity).values.map(_.reduce(EventCleaning.compress(_, _))) ++ others
  }

  /** One event of those that are equal but for id and creation time: the first that was stored. */
  def removePDuplicates(sc: SparkContext, rdd: RDD[Event]): RDD[Event] =
    rdd.map(event => (EventCleaning.content(event), event)).reduceByKey(EventCleaning.first(_, _)).values

  /** One event of those that are equal but for id and creation time: the first that was stored. */
  def removeLDuplicates(events: Iterable[Event]): Iterable[Event] =
    events.groupBy(EventCleaning.content).values.map(_.reduce(EventCleaning.first(_, _)))

  /** The app's events as they are to be; nothing is changed. */
  def cleanPEvents(sc: SparkContext): RDD[Event] = {
    val recent = getCleanedPEvents(PEventStore.find(appName)(sc))
    val compressed = if (window.compressProperties) compressPProperties(sc, recent) else recent
    if (window.removeDuplicates) removePDuplicates(sc, compressed) else compressed
  }

  /** The app's events as they are to be; nothing is changed. */
  def cleanLEvents(): Iterable[Event] = {
    val recent = getCleanedLEvents(LEventStore.find(appName).toList)
    val compressed = if (window.compressProperties) compressLProperties(recent) else recent
    if (window.removeDuplicates) removeLDuplicates(compressed) else compressed
  }

  /** Changes the app's stored events to what they are to be. Does nothing without an event window. */
  def cleanPersistedPEvents(sc: SparkContext): Unit = if (eventWindow.isDefined) {
    val kept = cleanPEvents(sc).persist(StorageLevel.MEMORY_AND_DISK)
    val stays = kept.flatMap(_.eventId)
    val added = kept.filter(_.eventId.isEmpty).persist(StorageLevel.MEMORY_AND_DISK)
    val removed = PEventStore.find(appName)(sc).flatMap(_.eventId).subtract(stays).persist(StorageLevel.MEMORY_AND_DISK)
    // Both must be known before anything is changed, because they are made of what is stored.
    logger.info(s"Cleaning the events of $appName: ${added.count()} to add, ${removed.count()} to remove.")
    wipePEvents(added, removed, sc)
    Seq(kept, added, removed).foreach(_.unpersist(blocking = false))
  }

  /** Changes the app's stored events to what they are to be. Does nothing without an event window. */
  def cleanPersistedLEvents(): Unit = if (eventWindow.isDefined) {
    val kept = cleanLEvents().toList
    val stays = kept.flatMap(_.eventId).toSet
    val removed = LEventStore.find(appName).flatMap(_.eventId).filterNot(stays).toSet
    wipe(kept.filter(_.eventId.isEmpty).toSet, removed)
  }

  /** Stores some events, then removes others. */
  def wipePEvents(newEvents: RDD[Event], eventsToRemove: RDD[String], sc: SparkContext): Unit = {
    Storage.getPEvents().write(newEvents, appId)(sc)
    removePEvents(eventsToRemove, appId, sc)
  }

  /** Removes events. */
  def removePEvents(eventsToRemove: RDD[String], appId: Int, sc: SparkContext): Unit =
    Storage.getPEvents().delete(eventsToRemove, appId, None)(sc)

  /** Stores some events, then removes others. */
  def wipe(newEvents: Set[Event], eventsToRemove: Set[String]): Unit = {
    newEvents.foreach(Storage.getLEvents().insert(_, appId))
    removeEvents(eventsToRemove, appId)
  }

  /** Removes events. */
  def removeEvents(eventsToRemove: Set[String], appId: Int): Unit =
    eventsToRemove.foreach(Storage.getLEvents().delete(_, appId))

  private def window: EventWindow = eventWindow.getOrElse(EventWindow())

  private def appId: Int = Storage.getMetaDataApps().getByName(appName) match {
    case Some(app) => app.id
    case None => throw Errors.noApp(appName)
  }

  private def oldest: Long =
    window.duration.map(text => DateTime.now(DateTimeZone.UTC).getMillis - Duration(text).toMillis).getOrElse(
      Long.MinValue
    )
}

/** What is kept of events. */
private object EventCleaning {

  /** True where an event is recent enough or changes properties. */
  def isKept(event: Event, since: Long): Boolean =
    event.eventTime.getMillis > since || event.event == "$set" || event.event == "$unset"

  /** True where an event sets properties. */
  def isSet(event: Event): Boolean = event.event == "$set"

  /** True where an event takes properties away. */
  def isUnset(event: Event): Boolean = event.event == "$unset" || event.event == "$delete"

  /** The entity whose event it is. */
  def entity(event: Event): (String, String) = (event.entityType, event.entityId)

  /** All of an event that makes it different from another. */
  def content(event: Event): Event =
    event.copy(eventId = None, creationTime = event.eventTime, properties = DataMap(event.properties.fields))

  /** The one that was stored first. */
  def first(x: Event, y: Event): Event = if (x.creationTime.isAfter(y.creationTime)) y else x

  /** One new event that sets what both set; the later one wins. */
  def compress(x: Event, y: Event): Event = {
    val (earlier, later) = if (x.eventTime.isAfter(y.eventTime)) (y, x) else (x, y)
    later.copy(eventId = None, properties = earlier.properties ++ later.properties)
  }
}
