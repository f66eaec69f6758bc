package org.apache.predictionio.data.storage.jdbc

import org.joda.time.DateTime

import java.nio.charset.StandardCharsets

/** Which events are asked for; see [[org.apache.predictionio.data.storage.LEvents.futureFind]]. */
private[jdbc] case class EventFilter(
  startTime: Option[DateTime] = None,
  untilTime: Option[DateTime] = None,
  entityType: Option[String] = None,
  entityId: Option[String] = None,
  eventNames: Option[Seq[String]] = None,
  targetEntityType: Option[Option[String]] = None,
  targetEntityId: Option[Option[String]] = None
) {

  /** The conditions and the values that are bound to them. */
  def conditions: Seq[(String, Seq[Any])] = Seq(
    startTime.map(time => "eventtime >= ?" -> Seq(time)),
    untilTime.map(time => "eventtime < ?" -> Seq(time)),
    entityType.map(same("entitytype", _)),
    entityId.map(id => same("entityid", id)).map { case (condition, values) =>
      if (values.isEmpty) condition -> Nil else s"$hashed = hashtextextended(?, 0) AND $condition" -> (values ++ values)
    },
    eventNames.map(names => "event = ANY (?)" -> Seq(names.filter(EventFilter.isStorable).toArray)),
    targetEntityType.map(same("targetentitytype", _)),
    targetEntityId.map(same("targetentityid", _))
  ).flatten

  /** The index for look-ups by entity is on a hash of the id, because ids may be too long for an index. */
  private def hashed = "hashtextextended(entityid, 0)"

  private def same(column: String, text: String): (String, Seq[Any]) =
    if (EventFilter.isStorable(text)) s"$column = ?" -> Seq(text) else "FALSE" -> Nil

  private def same(column: String, value: Option[String]): (String, Seq[Any]) = value match {
    case Some(text) => same(column, text)
    case None => s"$column IS NULL" -> Nil
  }
}

/** Writes the parts of statements. */
private[jdbc] object EventFilter {

  /** False for a text that no stored event has: PostgreSQL stores no NUL and no half of a pair of UTF-16, and refuses to
    * compare with one.
    */
  private def isStorable(text: String): Boolean =
    text.indexOf(0) < 0 && StandardCharsets.UTF_8.newEncoder.canEncode(text)

  /** A WHERE clause of all conditions, empty where there is none, and the values bound to it. */
  def where(conditions: Seq[(String, Seq[Any])]): (String, Seq[Any]) =
    if (conditions.isEmpty) ("", Nil)
    else (conditions.map(_._1).mkString(" WHERE ", " AND ", ""), conditions.flatMap(_._2))
}
