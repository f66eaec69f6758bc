package org.apache.predictionio.workflow

/** The language an engine is written in. */
object EngineLanguage extends Enumeration {

  /** Scala: the factory is an object. */
  val Scala: Value = Value

  /** Java: the factory is a class without parameters. */
  val Java: Value = Value
}
