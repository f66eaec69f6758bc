package org.apache.predictionio.data.store.java

import org.apache.predictionio.data.storage.{Event, PropertyMap}
import org.apache.predictionio.data.store.PEventStore

import org.apache.spark.SparkContext
import org.apache.spark.api.java.JavaRDD
import org.joda.time.DateTime

import scala.collection.JavaConverters._

/** Reads events in parallel on Spark, for Java; see [[PEventStore]]. */
object PJavaEventStore {

  /** Reads events, in no order; see [[PEventStore.find]]. */
  def find(
    appName: String,
    channelName: Option[String],
    startTime: Option[DateTime],
    untilTime: Option[DateTime],
    entityType: Option[String],
    entityId: Option[String],
    eventNames: Option[java.util.List[String]],
    targetEntityType: Option[Option[String]],
    targetEntityId: Option[Option[String]],
    sc: SparkContext
  ): JavaRDD[Event] = PEventStore
    .find(
      appName,
      channelName,
      startTime,
      untilTime,
      entityType,
      entityId,
      eventNames.map(_.asScala.toSeq),
      targetEntityType,
      targetEntityId
    )(sc)
    .toJavaRDD()

  /** The properties of all entities of a type; see [[PEventStore.aggregateProperties]]. */
  def aggregateProperties(
    appName: String,
    entityType: String,
    channelName: Option[String],
    startTime: Option[DateTime],
    untilTime: Option[DateTime],
    required: Option[java.util.List[String]],
    sc: SparkContext
  ): JavaRDD[(String, PropertyMap)] = PEventStore
    .aggregateProperties(appName, entityType, channelName, startTime, untilTime, required.map(_.asScala.toSeq))(sc)
    .toJavaRDD()
}
