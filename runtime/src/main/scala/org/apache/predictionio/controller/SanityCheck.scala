package org.apache.predictionio.controller

/** Training data, prepared data or a model which can check itself; training ends where it throws. */
trait SanityCheck {

  /** Throws an exception whose message says what is wrong. */
  def sanityCheck(): Unit
}
