package org.apache.predictionio.data.storage

import org.joda.time.DateTime
import org.json4s._

import scala.util.Try

/** Events in JSON. */
object EventJson4sSupport {

  /** Plain formats, for single fields. */
  @transient implicit lazy val formats: Formats = DefaultFormats

  /** An event as the Event API has it. */
  def writeJson: PartialFunction[Any, JValue] = { case e: Event =>
    JObject(
      JField("eventId", optional(e.eventId)),
      JField("event", JString(e.event)),
      JField("entityType", JString(e.entityType)),
      JField("entityId", JString(e.entityId)),
      JField("targetEntityType", optional(e.targetEntityType)),
      JField("targetEntityId", optional(e.targetEntityId)),
      JField("properties", e.properties.toJObject()),
      JField("eventTime", JString(Times.format(e.eventTime))),
      JField("prId", optional(e.prId)),
      JField("creationTime", JString(Times.format(e.creationTime)))
    )
  }

  /** The event that a JSON object of the Event API says. */
  def readJson: PartialFunction[JValue, Event] = { case json: JObject =>
    val now = DateTime.now(EventValidation.defaultTimeZone)
    val event = Event(
      eventId = text(json, "eventId"),
      event = required(json, "event"),
      entityType = required(json, "entityType"),
      entityId = required(json, "entityId"),
      targetEntityType = text(json, "targetEntityType"),
      targetEntityId = text(json, "targetEntityId"),
      properties = json \ "properties" match {
        case fields: JObject => DataMap(fields)
        case _ => DataMap()
      },
      eventTime = time(json, "eventTime").getOrElse(now),
      prId = text(json, "prId"),
      creationTime = time(json, "creationTime").getOrElse(now)
    )
    Try(EventValidation.validate(event)).recover { case e => throw new MappingException(e.getMessage) }.get
    event
  }

  /** Both ways, in the form of the Event API. */
  class APISerializer extends CustomSerializer[Event](_ => (readJson, writeJson))

  /** Both ways, in the form of exported files. */
  class DBSerializer extends CustomSerializer[Event](_ => (readJson, writeJson))

  private def optional(value: Option[String]): JValue = value.map(JString(_)).getOrElse(JNothing)

  private def text(json: JObject, name: String): Option[String] = json \ name match {
    case JString(value) => Some(value)
    case JInt(value) => Some(value.toString)
    case _ => None
  }

  private def required(json: JObject, name: String): String =
    text(json, name).getOrElse(throw new MappingException(s"field $name is required"))

  private def time(json: JObject, name: String): Option[DateTime] = text(json, name).map { value =>
    Try(Times.parse(value)).getOrElse(throw new MappingException(s"Fail to extract $name $value"))
  }
}
