package org.apache.predictionio.data.storage.jdbc

import org.joda.time.DateTime

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
    entityType.map(name => "entitytype = ?" -> Seq(name)),
    entityId.map(id => s"$hashed = hashtextextended(?, 0) AND entityid = ?" -> Seq(id, id)),
    eventNames.map(names => "event = ANY (?)" -> Seq(names.toArray)),
    targetEntityType.map(same("targetentitytype", _)),
    targetEntityId.map(same("targetentityid", _))
  ).flatten

  /** The index for look-ups by entity is on a hash of the id, because ids may be too long for an index. */
  private def hashed = "hashtextextended(entityid, 0)"

  private def same(column: String, value: Option[String]): (String, Seq[Any]) = value match {
    case Some(text) => s"$column = ?" -> Seq(text)
    case None => s"$column IS NULL" -> Nil
  }
}

/** Writes the parts of statements. */
private[jdbc] object EventFilter {

  /** A WHERE clause of all conditions, empty where there is none, and the values bound to it. */
  def where(conditions: Seq[(String, Seq[Any])]): (String, Seq[Any]) =
    if (conditions.isEmpty) ("", Nil)
    else (conditions.map(_._1).mkString(" WHERE ", " AND ", ""), conditions.flatMap(_._2))
}
