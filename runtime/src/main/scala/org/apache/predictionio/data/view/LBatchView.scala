package org.apache.predictionio.data.view

import org.apache.predictionio.data.storage.{DataMap, Event, EventValidation, PropertyAggregation, Storage}

import org.joda.time.DateTime

import scala.concurrent.ExecutionContext.Implicits.global

/** Conditions on events. */
object ViewPredicates {

  /** Not before a time; `None`: any. */
  def getStartTimePredicate(startTimeOpt: Option[DateTime]): Event => Boolean =
    event => startTimeOpt.forall(!event.eventTime.isBefore(_))

  /** Before a time; `None`: any. */
  def getUntilTimePredicate(untilTimeOpt: Option[DateTime]): Event => Boolean =
    event => untilTimeOpt.forall(event.eventTime.isBefore(_))

  /** Of entities of a type; `None`: any. */
  def getEntityTypePredicate(entityTypeOpt: Option[String]): Event => Boolean =
    event => entityTypeOpt.forall(_ == event.entityType)

  /** With a name; `None`: any. */
  def getEventPredicate(eventOpt: Option[String]): Event => Boolean = event => eventOpt.forall(_ == event.event)
}

/** Events in memory.
  *
  * @param events the events
  */
class EventSeq(val events: List[Event]) {

  /** Those that fulfil conditions. */
  def filter(
    eventOpt: Option[String] = None,
    entityTypeOpt: Option[String] = None,
    startTimeOpt: Option[DateTime] = None,
    untilTimeOpt: Option[DateTime] = None
  ): EventSeq = {
    val all = Seq(
      ViewPredicates.getEventPredicate(eventOpt),
      ViewPredicates.getEntityTypePredicate(entityTypeOpt),
      ViewPredicates.getStartTimePredicate(startTimeOpt),
      ViewPredicates.getUntilTimePredicate(untilTimeOpt)
    )
    filter((event: Event) => all.forall(_(event)))
  }

  /** Those that fulfil a condition. */
  def filter(p: Event => Boolean): EventSeq = new EventSeq(events.filter(p))

  /** Something made of each entity's events in the order of their times. */
  def aggregateByEntityOrdered[T](init: T, op: (T, Event) => T): Map[String, T] =
    events.groupBy(_.entityId).map { case (id, own) => id -> own.sortBy(_.eventTime.getMillis).foldLeft(init)(op) }
}

/** What makes a list of events out of an [[EventSeq]], and the other way round. */
object EventSeq {

  /** The events as a list. */
  implicit def eventSeqToList(es: EventSeq): List[Event] = es.events

  /** A list of events. */
  implicit def listToEventSeq(l: List[Event]): EventSeq = new EventSeq(l)
}

/** The events of an app, read into memory once.
  *
  * @param appId     the app
  * @param startTime only events not before this time
  * @param untilTime only events before this time
  */
@deprecated("Use LEventStore instead.", "0.9.2")
class LBatchView(val appId: Int, val startTime: Option[DateTime], val untilTime: Option[DateTime]) {

  /** The events. */
  lazy val events: EventSeq = new EventSeq(
    Storage.getLEvents().find(appId = appId, startTime = startTime, untilTime = untilTime).toList
  )

  /** The properties of all entities of a type. */
  def aggregateProperties(
    entityType: String,
    startTimeOpt: Option[DateTime] = None,
    untilTimeOpt: Option[DateTime] = None
  ): Map[String, DataMap] = {
    val own = events.filter(None, Some(entityType), startTimeOpt, untilTimeOpt)
    PropertyAggregation.all(own.filter(e => EventValidation.isSpecialEvents(e.event)).events.iterator)
  }

  /** Something made of each entity's events in the order of their times. */
  def aggregateByEntityOrdered[T](predicate: Event => Boolean, init: T, op: (T, Event) => T): Seq[(String, T)] =
    events.filter(predicate).aggregateByEntityOrdered(init, op).toSeq

  /** Something made of each event, by entities, in the order of the times. */
  def groupByEntityOrdered[T](predicate: Event => Boolean, map: Event => T): Seq[(String, Seq[T])] =
    events.filter(predicate).aggregateByEntityOrdered[Vector[T]](Vector.empty, (all, event) => all :+ map(event)).toSeq
}
