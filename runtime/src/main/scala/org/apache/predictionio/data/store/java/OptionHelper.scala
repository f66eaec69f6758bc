package org.apache.predictionio.data.store.java

/** Makes Scala's optional values in Java. */
object OptionHelper {

  /** No value. */
  def none[T]: Option[T] = None

  /** This value. */
  def some[T](value: T): Option[T] = Some(value)
}
