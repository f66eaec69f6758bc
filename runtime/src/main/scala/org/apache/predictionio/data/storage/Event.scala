package org.apache.predictionio.data.storage

import org.joda.time.{DateTime, DateTimeZone}

/** Something that happened, or a change of an entity's properties.
  *
  * @param eventId          unique within the app and channel; given by the storage where it is `None`
  * @param event            name, for example "rate" or "$set"
  * @param entityType       type of the entity that did it
  * @param entityId         its id, unique within the type
  * @param targetEntityType type of the entity to which it was done, if any
  * @param targetEntityId   its id
  * @param properties       more about the event
  * @param eventTime        when it happened
  * @param tags             not used
  * @param prId             id of the prediction that led to it
  * @param creationTime     when it was received
  */
case class Event(
  eventId: Option[String] = None,
  event: String,
  entityType: String,
  entityId: String,
  targetEntityType: Option[String] = None,
  targetEntityId: Option[String] = None,
  properties: DataMap = DataMap(),
  eventTime: DateTime = DateTime.now,
  tags: Seq[String] = Nil,
  prId: Option[String] = None,
  creationTime: DateTime = DateTime.now
) {
  override def toString: String =
    s"Event(id=$eventId,event=$event,eType=$entityType,eId=$entityId,tType=$targetEntityType," +
      s"tId=$targetEntityId,p=$properties,t=$eventTime,tags=$tags,pKey=$prId,ct=$creationTime)"
}

/** Rules which events keep. */
object EventValidation {

  /** The zone of times that name none. */
  val defaultTimeZone: DateTimeZone = DateTimeZone.UTC

  /** Names of the events that change properties. */
  val specialEvents: Set[String] = Set("$set", "$unset", "$delete")

  /** Entity types which the system itself uses. */
  val builtinEntityTypes: Set[String] = Set("pio_pr")

  /** Property names which the system itself uses. */
  val builtinProperties: Set[String] = Set.empty

  /** True where a name is kept for the system. */
  def isReservedPrefix(name: String): Boolean = name.startsWith("$") || name.startsWith("pio_")

  /** True where an event of this name changes properties. */
  def isSpecialEvents(name: String): Boolean = specialEvents.contains(name)

  /** True where the system itself uses this entity type. */
  def isBuiltinEntityTypes(name: String): Boolean = builtinEntityTypes.contains(name)

  /** Throws an `IllegalArgumentException` where an event breaks a rule. */
  def validate(e: Event): Unit = {
    require(e.event.nonEmpty, "event must not be empty.")
    require(e.entityType.nonEmpty, "entityType must not be empty string.")
    require(e.entityId.nonEmpty, "entityId must not be empty string.")
    require(e.targetEntityType.forall(_.nonEmpty), "targetEntityType must not be empty string")
    require(e.targetEntityId.forall(_.nonEmpty), "targetEntityId must not be empty string.")
    require(
      e.targetEntityType.isDefined == e.targetEntityId.isDefined,
      "targetEntityType and targetEntityId must be specified together."
    )
    require(e.event != "$unset" || !e.properties.isEmpty, "properties cannot be empty for $unset event")
    require(
      !isReservedPrefix(e.event) || isSpecialEvents(e.event),
      s"${e.event} is not a supported reserved event name."
    )
    require(
      !isSpecialEvents(e.event) || e.targetEntityType.isEmpty,
      s"Reserved event ${e.event} cannot have targetEntity"
    )
    require(
      allowedType(e.entityType),
      s"The entityType ${e.entityType} is not allowed. 'pio_' is a reserved name prefix."
    )
    require(
      e.targetEntityType.forall(allowedType),
      s"The targetEntityType ${e.targetEntityType.getOrElse("")} is not allowed. 'pio_' is a reserved name prefix."
    )
    validateProperties(e)
  }

  /** Throws an `IllegalArgumentException` where a property has a reserved name. */
  def validateProperties(e: Event): Unit =
    e.properties.keySet.foreach { name =>
      require(
        !isReservedPrefix(name) || builtinProperties.contains(name),
        s"The property $name is not allowed. 'pio_' is a reserved name prefix."
      )
    }

  private def allowedType(name: String) = !isReservedPrefix(name) || isBuiltinEntityTypes(name)
}
