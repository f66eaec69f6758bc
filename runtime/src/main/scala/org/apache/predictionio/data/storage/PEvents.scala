package org.apache.predictionio.data.storage

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.joda.time.DateTime

import scala.reflect.ClassTag

/** Events, read and stored in parallel on Spark. Engines read with
  * [[org.apache.predictionio.data.store.PEventStore]], which knows apps by name.
  */
trait PEvents extends Serializable {

  /** Reads events, in no order.
    *
    * @param startTime        not before
    * @param untilTime        before
    * @param eventNames       any of these
    * @param targetEntityType `Some(None)`: those without a target entity
    * @param targetEntityId   `Some(None)`: those without a target entity
    */
  def find(
    appId: Int,
    channelId: Option[Int] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    entityType: Option[String] = None,
    entityId: Option[String] = None,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None
  )(sc: SparkContext): RDD[Event]

  /** Reads the events of a time and of an entity. */
  @deprecated("Use PEventStore.find() instead.", "0.9.2")
  def getByAppIdAndTimeAndEntity(
    appId: Int,
    startTime: Option[DateTime],
    untilTime: Option[DateTime],
    entityType: Option[String],
    entityId: Option[String]
  )(sc: SparkContext): RDD[Event] =
    find(appId = appId, startTime = startTime, untilTime = untilTime, entityType = entityType, entityId = entityId)(sc)

  /** The properties of all entities of a type, by the entities' ids, as their `$set`, `$unset` and `$delete` events leave
    * them.
    *
    * @param required only of entities that have all of these properties
    */
  def aggregateProperties(
    appId: Int,
    channelId: Option[Int] = None,
    entityType: String,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    required: Option[Seq[String]] = None
  )(sc: SparkContext): RDD[(String, PropertyMap)]

  /** Reads all entities of a type into memory and numbers them.
    *
    * @param extract makes an entity of its properties
    */
  def extractEntityMap[A: ClassTag](
    appId: Int,
    entityType: String,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    required: Option[Seq[String]] = None
  )(sc: SparkContext)(extract: DataMap => A): EntityMap[A] = {
    val entities = aggregateProperties(
      appId = appId,
      entityType = entityType,
      startTime = startTime,
      untilTime = untilTime,
      required = required
    )(sc).map { case (id, properties) => (id, extract(properties)) }
    new EntityMap(entities.collectAsMap().toMap)
  }

  /** Stores events of an app. */
  def write(events: RDD[Event], appId: Int)(sc: SparkContext): Unit = write(events, appId, None)(sc)

  /** Stores events. */
  def write(events: RDD[Event], appId: Int, channelId: Option[Int])(sc: SparkContext): Unit

  /** Removes the events with these ids. */
  def delete(eventIds: RDD[String], appId: Int, channelId: Option[Int])(sc: SparkContext): Unit
}
