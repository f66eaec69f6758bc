package org.apache.predictionio.controller

import org.apache.spark.SparkContext

/** A model that stores itself, for example because it is spread over a cluster.
  *
  * @tparam AP the algorithm's parameters
  */
trait PersistentModel[AP <: Params] {

  /** Stores the model so that the loader finds it by `id`. What it throws ends the training.
    *
    * @param id     the id of the engine instance, the algorithm's place in the list, and its name, joined by `-`
    * @param params the algorithm's parameters
    * @param sc     Spark as it trained the model
    * @return false where the model is not stored after all: then the engine is trained again at each deployment
    */
  def save(id: String, params: AP, sc: SparkContext): Boolean
}

/** Loads what a [[PersistentModel]] has stored; the companion object of the model's class. A class written in Java has a
  * static method `load(String id, Params params, SparkContext sc)` instead.
  *
  * @tparam AP the algorithm's parameters
  * @tparam M  the model
  */
trait PersistentModelLoader[AP <: Params, M] {

  /** Loads the model that was stored with `id`, when the engine is deployed.
    *
    * @param sc Spark on the machine that answers queries; `None` where the engine does not need it to answer
    */
  def apply(id: String, params: AP, sc: Option[SparkContext]): M
}

/** An older name of [[PersistentModel]]. */
@deprecated("Use PersistentModel instead.", "0.9.2")
trait IPersistentModel[AP <: Params] extends PersistentModel[AP]

/** An older name of [[PersistentModelLoader]]. */
@deprecated("Use PersistentModelLoader instead.", "0.9.2")
trait IPersistentModelLoader[AP <: Params, M] extends PersistentModelLoader[AP, M]
