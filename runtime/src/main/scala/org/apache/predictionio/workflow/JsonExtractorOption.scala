package org.apache.predictionio.workflow

/** What reads and writes the JSON of queries, predictions and parameters. */
object JsonExtractorOption extends Enumeration {

  /** One of the values. */
  type JsonExtractorOption = Value

  /** json4s, made for classes written in Scala. */
  val Json4sNative: Value = Value

  /** Gson, made for classes written in Java. */
  val Gson: Value = Value

  /** Each class with what is made for its language. */
  val Both: Value = Value
}
