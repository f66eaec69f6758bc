package org.apache.predictionio.core

/** Which events of an app a [[SelfCleaningDataSource]] keeps.
  *
  * @param duration           how old events may grow, for example "30 days"; `$set` and `$unset` events of any age stay.
  *                           `None`: any age
  * @param removeDuplicates   whether of events that are equal but for id and creation time only one is kept
  * @param compressProperties whether the `$set` events of an entity become one
  */
case class EventWindow(
  duration: Option[String] = None,
  removeDuplicates: Boolean = false,
  compressProperties: Boolean = false
)
