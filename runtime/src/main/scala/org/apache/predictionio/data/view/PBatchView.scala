package org.apache.predictionio.data.view

import org.apache.predictionio.data.storage.{DataMap, Event, Storage}

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.joda.time.DateTime

/** The events of an app, on Spark.
  *
  * @param appId     the app
  * @param startTime only events not before this time
  * @param untilTime only events before this time
  * @param sc        Spark
  */
@deprecated("Use PEventStore instead.", "0.9.2")
class PBatchView(
  val appId: Int,
  val startTime: Option[DateTime],
  val untilTime: Option[DateTime],
  val sc: SparkContext
) {

  /** The events. */
  lazy val events: RDD[Event] =
    Storage.getPEvents().find(appId = appId, startTime = startTime, untilTime = untilTime)(sc)

  /** The properties of all entities of a type. */
  def aggregateProperties(
    entityType: String,
    startTimeOpt: Option[DateTime] = None,
    untilTimeOpt: Option[DateTime] = None
  ): RDD[(String, DataMap)] = Storage
    .getPEvents()
    .aggregateProperties(
      appId = appId,
      entityType = entityType,
      startTime = startTimeOpt.orElse(startTime),
      untilTime = untilTimeOpt.orElse(untilTime)
    )(sc)
    .map { case (id, properties) => (id, properties: DataMap) }
}
