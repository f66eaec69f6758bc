package org.apache.predictionio.data.storage

import org.joda.time.{DateTime, DateTimeZone}
import org.json4s.JValue

/** What the `$set`, `$unset` and `$delete` events of one entity say so far. It can be gathered in any order and in parts:
  * each property counts with its last time of setting and of unsetting, the entity with its last deletion.
  *
  * @param set      each property's last value with its time
  * @param setAt    time of the last `$set`, if there was one
  * @param unset    each property's last time of unsetting
  * @param deleted  time of the last `$delete`, if there was one
  * @param first    time of the first of all these events
  * @param last     time of the last of all these events
  */
private[predictionio] case class PropertyAggregation(
  set: Map[String, (JValue, Long)] = Map.empty,
  setAt: Long = PropertyAggregation.Never,
  unset: Map[String, Long] = Map.empty,
  deleted: Long = PropertyAggregation.Never,
  first: Long = Long.MaxValue,
  last: Long = PropertyAggregation.Never
) {
  import PropertyAggregation._

  /** With one more event. */
  def add(event: Event): PropertyAggregation = {
    val at = event.eventTime.getMillis
    event.event match {
      case "$set" => merge(PropertyAggregation(
          set = event.properties.fields.map { case (name, value) => name -> ((value, at)) },
          setAt = at,
          first = at,
          last = at
        ))
      case "$unset" =>
        merge(PropertyAggregation(unset = event.properties.keySet.map(_ -> at).toMap, first = at, last = at))
      case "$delete" => merge(PropertyAggregation(deleted = at, first = at, last = at))
      case _ => this
    }
  }

  /** With the events of another part. Of two values set at the same time the other part's counts. */
  def merge(that: PropertyAggregation): PropertyAggregation = PropertyAggregation(
    set = that.set.foldLeft(set) { case (all, (name, value)) =>
      if (all.get(name).forall(_._2 <= value._2)) all + (name -> value) else all
    },
    setAt = math.max(setAt, that.setAt),
    unset = that.unset.foldLeft(unset) { case (all, (name, at)) =>
      all + (name -> math.max(at, all.getOrElse(name, Never)))
    },
    deleted = math.max(deleted, that.deleted),
    first = math.min(first, that.first),
    last = math.max(last, that.last)
  )

  /** The properties that remain; `None` where nothing was ever set, or nothing since the entity was deleted. */
  def result: Option[PropertyMap] =
    if (setAt == Never || deleted >= setAt) None
    else {
      val kept = set.collect {
        case (name, (value, at)) if at > deleted && at > unset.getOrElse(name, Never) => name -> value
      }
      Some(new PropertyMap(kept, time(first), time(last)))
    }
}

/** Gathers events. */
private[predictionio] object PropertyAggregation {

  /** Before any time. */
  val Never: Long = Long.MinValue

  /** The properties of all entities, by id. */
  def all(events: Iterator[Event]): Map[String, PropertyMap] = {
    val entities = scala.collection.mutable.HashMap.empty[String, PropertyAggregation]
    events.foreach { event =>
      entities(event.entityId) = entities.getOrElse(event.entityId, PropertyAggregation()).add(event)
    }
    entities.iterator.flatMap { case (id, aggregation) => aggregation.result.map(id -> _) }.toMap
  }

  private def time(millis: Long) = new DateTime(millis, DateTimeZone.UTC)
}
