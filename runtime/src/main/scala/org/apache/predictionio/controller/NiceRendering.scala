package org.apache.predictionio.controller

/** A result that renders itself. */
trait NiceRendering {

  /** As a piece of HTML. */
  def toHTML(): String

  /** As a JSON document. */
  def toJSON(): String
}
