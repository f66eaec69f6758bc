package org.apache.predictionio.data.storage

import org.joda.time.{DateTime, DateTimeZone}
import org.json4s.JValue
import org.json4s.native.JsonMethods.{compact => text, render}

/** What the `$set`, `$unset` and `$delete` events of one entity say so far. It can be gathered in any order and in parts:
  * each property counts with its last time of setting and of unsetting, the entity with its last deletion. What happened at
  * the same time counts in this order: setting, unsetting, deletion.
  *
  * @param set      each property's last value
  * @param setAt    time of the last `$set`, if there was one
  * @param unset    each property's last time of unsetting
  * @param deleted  time of the last `$delete`, if there was one
  * @param first    time of the first of all these events
  * @param last     time of the last of all these events
  */
private[predictionio] case class PropertyAggregation(
  set: Map[String, PropertyValue] = Map.empty,
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
      case "$set" =>
        val created = event.creationTime.getMillis
        val set = event.properties.fields.map { case (name, value) => name -> PropertyValue(value, at, created) }
        merge(PropertyAggregation(set = set, setAt = at, first = at, last = at))
      case "$unset" =>
        merge(PropertyAggregation(unset = event.properties.keySet.map(_ -> at).toMap, first = at, last = at))
      case "$delete" => merge(PropertyAggregation(deleted = at, first = at, last = at))
      case _ => this
    }
  }

  /** With the events of another part. */
  def merge(that: PropertyAggregation): PropertyAggregation = PropertyAggregation(
    set = that.set.foldLeft(set) { case (all, (name, value)) =>
      all + (name -> all.get(name).fold(value)(_.latest(value)))
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
        case (name, value) if value.at > deleted && value.at > unset.getOrElse(name, Never) => name -> value.json
      }
      Some(new PropertyMap(kept, time(first), time(last)))
    }
}

/** A value that a property was set to.
  *
  * @param at       the time of the event
  * @param created  when the event was stored
  */
private[predictionio] case class PropertyValue(json: JValue, at: Long, created: Long) {

  /** Of two values the later one. Of those set at the same time it is the one that was stored later, of those stored at the same
    * time too the one whose text is the greater: the same events come to the same, in whatever order they are read.
    */
  def latest(that: PropertyValue): PropertyValue = {
    val order = Ordering[(Long, Long)].compare((at, created), (that.at, that.created))
    if (order > 0 || order == 0 && text(render(json)) >= text(render(that.json))) this else that
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
