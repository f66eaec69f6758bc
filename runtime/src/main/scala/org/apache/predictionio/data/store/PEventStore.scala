package org.apache.predictionio.data.store

import org.apache.predictionio.data.storage.{Event, PropertyMap, Storage}

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.joda.time.DateTime

/** Reads events in parallel on Spark. Data sources use it. */
object PEventStore {

  /** Reads events, in no order.
    *
    * @param appName          the app
    * @param channelName      one of its channels; `None` is the app's own
    * @param startTime        only events not before this time
    * @param untilTime        only events before this time
    * @param entityType       only events of entities of this type
    * @param entityId         only events of entities with this id
    * @param eventNames       only events with one of these names
    * @param targetEntityType only events with target entities of this type; `Some(None)`: only those without one
    * @param targetEntityId   only events with target entities with this id; `Some(None)`: only those without one
    * @return the events; they are read from the database whenever Spark needs them, anew unless they are cached
    * @throws RuntimeException where there is no such app or channel, with words for the user
    */
  def find(
    appName: String,
    channelName: Option[String] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    entityType: Option[String] = None,
    entityId: Option[String] = None,
    eventNames: Option[Seq[String]] = None,
    targetEntityType: Option[Option[String]] = None,
    targetEntityId: Option[Option[String]] = None
  )(sc: SparkContext): RDD[Event] = {
    val (appId, channelId) = AppNames.freshIds(appName, channelName)
    Storage
      .getPEvents()
      .find(
        appId = appId,
        channelId = channelId,
        startTime = startTime,
        untilTime = untilTime,
        entityType = entityType,
        entityId = entityId,
        eventNames = eventNames,
        targetEntityType = targetEntityType,
        targetEntityId = targetEntityId
      )(sc)
  }

  /** The properties of all entities of a type, by the entities' ids, as their `$set`, `$unset` and `$delete` events leave
    * them.
    *
    * @param appName     the app
    * @param entityType  the type
    * @param channelName one of the app's channels; `None` is the app's own
    * @param startTime   only events not before this time
    * @param untilTime   only events before this time
    * @param required    only entities that have all of these properties
    * @return ids and properties, with the times of the first and the last event that changed them; entities that were
    *         deleted are left out
    * @throws RuntimeException where there is no such app or channel, with words for the user
    */
  def aggregateProperties(
    appName: String,
    entityType: String,
    channelName: Option[String] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    required: Option[Seq[String]] = None
  )(sc: SparkContext): RDD[(String, PropertyMap)] = {
    val (appId, channelId) = AppNames.freshIds(appName, channelName)
    Storage
      .getPEvents()
      .aggregateProperties(
        appId = appId,
        entityType = entityType,
        channelId = channelId,
        startTime = startTime,
        untilTime = untilTime,
        required = required
      )(sc)
  }
}
