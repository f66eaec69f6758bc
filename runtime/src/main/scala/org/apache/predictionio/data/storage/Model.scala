package org.apache.predictionio.data.storage

/** The models of one training.
  *
  * @param id     the training's id
  * @param models all models as one array of bytes
  */
case class Model(id: String, models: Array[Byte])

/** The stored models. */
trait Models {

  /** Stores models. */
  def insert(m: Model): Unit

  /** The models of a training. */
  def get(id: String): Option[Model]

  /** Removes models. */
  def delete(id: String): Unit
}
