package org.apache.predictionio.data.view

import org.apache.predictionio.data.storage.Event
import org.apache.predictionio.data.store.PEventStore

import org.apache.spark.sql.{DataFrame, SQLContext}
import org.joda.time.DateTime

import scala.reflect.ClassTag
import scala.reflect.runtime.universe.TypeTag

/** Events as a table for Spark's SQL. */
object DataView {

  /** A table with a row for each event that can be converted.
    *
    * @param appName            the app
    * @param channelName        one of its channels; `None` is the app's own
    * @param startTime          only events not before this time
    * @param untilTime          only events before this time
    * @param conversionFunction makes a row of an event; `None` leaves it out
    * @param name               kept for engines that give it; nothing is kept between runs
    * @param version            likewise
    * @param sqlContext         Spark's SQL
    */
  def create[E <: Product: TypeTag: ClassTag](
    appName: String,
    channelName: Option[String] = None,
    startTime: Option[DateTime] = None,
    untilTime: Option[DateTime] = None,
    conversionFunction: Event => Option[E],
    name: String = "",
    version: String = ""
  )(sqlContext: SQLContext): DataFrame = {
    val events = PEventStore.find(
      appName = appName,
      channelName = channelName,
      startTime = startTime,
      untilTime = untilTime
    )(sqlContext.sparkContext)
    sqlContext.createDataFrame(events.flatMap(event => conversionFunction(event)))
  }
}
