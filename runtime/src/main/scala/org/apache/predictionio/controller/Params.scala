package org.apache.predictionio.controller

/** The parameters of a part of an engine, read from engine.json. In Scala a case class, in Java a class with fields. */
trait Params extends Serializable

/** No parameters at all. */
case class EmptyParams() extends Params {
  override def toString: String = "Empty"
}
