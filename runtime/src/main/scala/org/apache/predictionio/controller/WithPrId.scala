package org.apache.predictionio.controller

/** A prediction that carries an id by which later feedback can name it. The server fills the id in where it is empty. */
trait WithPrId {

  /** The id. */
  val prId: String = ""
}
