package org.apache.predictionio.testing

import org.apache.predictionio.data.storage.{DataMap, Event, PropertyMap}

import org.joda.time.{DateTime, DateTimeZone}
import org.json4s.native.JsonMethods.{compact, render}
import org.json4s.{JInt, JValue}
import org.scalacheck.Gen

/** Events that change properties, and what they must come to by a plain model: sorted and told one by one. */
object PropertyChanges {

  /** Events of one entity: few times, properties and values, so that many of them meet. */
  def of(entity: String): Gen[List[Event]] = Gen.choose(0, 12).flatMap(Gen.listOfN(_, event(entity)))

  /** What remains of one entity. At the same time setting comes first, then unsetting, then deletion; of what was set at
    * the same time the value that was stored last remains, and of those the one with the greatest text.
    */
  def model(events: Seq[Event]): Option[PropertyMap] = {
    val changes = events.flatMap(changesOf).sortBy(_._1)
    val remaining = changes.foldLeft(Option.empty[Map[String, JValue]]) { case (before, (_, change)) => change(before) }
    val times = events.filter(_.event.startsWith("$")).map(_.eventTime.getMillis)
    remaining.map(new PropertyMap(_, time(times.min), time(times.max)))
  }

  private type Remaining = Option[Map[String, JValue]]

  /** What an event changes, with what decides on the order. */
  private def changesOf(event: Event): Seq[((Long, Int, Long, String), Remaining => Remaining)] = {
    val (at, created) = (event.eventTime.getMillis, event.creationTime.getMillis)
    event.event match {
      case "$set" =>
        val there: Remaining => Remaining = before => Some(before.getOrElse(Map.empty))
        val values = event.properties.fields.toSeq.map { case (name, value) =>
          val set: Remaining => Remaining = before => Some(before.getOrElse(Map.empty) + (name -> value))
          (at, 0, created, compact(render(value))) -> set
        }
        ((at, 0, created, "") -> there) +: values
      case "$unset" => Seq((at, 1, created, "") -> (_.map(_ -- event.properties.keySet)))
      case "$delete" => Seq((at, 2, created, "") -> (_ => None))
      case _ => Nil
    }
  }

  private def event(entity: String): Gen[Event] = for {
    name <- Gen.frequency(6 -> "$set", 3 -> "$unset", 1 -> "$delete", 1 -> "rate")
    names <- Gen.someOf("a", "b", "c")
    values <- Gen.listOfN(names.size, Gen.choose(0, 20))
    at <- Gen.choose(0L, 4L)
    created <- Gen.choose(0L, 2L)
  } yield Event(
    event = name,
    entityType = "item",
    entityId = entity,
    properties = DataMap(if (name == "$delete") Map.empty[String, JValue] else names.zip(values.map(JInt(_))).toMap),
    eventTime = time(at * 1000),
    creationTime = time(created * 1000)
  )

  private def time(millis: Long) = new DateTime(millis, DateTimeZone.UTC)
}
