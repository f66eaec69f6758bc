package org.apache.predictionio.controller

import org.apache.spark.SparkContext

/** A model that stores itself as one file under `$PIO_FS_BASEDIR/pio_models` of this machine. Its companion object is a
  * [[LocalFileSystemPersistentModelLoader]].
  *
  * @tparam AP the algorithm's parameters
  */
trait LocalFileSystemPersistentModel[AP <: Params] extends PersistentModel[AP] {
  override def save(id: String, params: AP, sc: SparkContext): Boolean = {
    Utils.save(id, this)
    true
  }
}

/** Loads what a [[LocalFileSystemPersistentModel]] has stored. */
trait LocalFileSystemPersistentModelLoader[AP <: Params, M] extends PersistentModelLoader[AP, M] {
  override def apply(id: String, params: AP, sc: Option[SparkContext]): M = Utils.load(id).asInstanceOf[M]
}

/** An older name of [[LocalFileSystemPersistentModel]]. */
@deprecated("Use LocalFileSystemPersistentModel instead.", "0.9.2")
trait IFSPersistentModel[AP <: Params] extends LocalFileSystemPersistentModel[AP]

/** An older name of [[LocalFileSystemPersistentModelLoader]]. */
@deprecated("Use LocalFileSystemPersistentModelLoader instead.", "0.9.2")
trait IFSPersistentModelLoader[AP <: Params, M] extends LocalFileSystemPersistentModelLoader[AP, M]
