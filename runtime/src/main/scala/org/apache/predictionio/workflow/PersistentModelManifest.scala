package org.apache.predictionio.workflow

import org.apache.predictionio.controller.{Params, PersistentModel}

import org.apache.spark.SparkContext

/** Stands in the storage for a model that has stored itself.
  *
  * @param className class of the model, which is how its loader is found
  */
case class PersistentModelManifest(className: String)

/** Lets models store themselves. */
object PersistentModelManifest {

  /** The manifest of a model that has stored itself; `None` for any other. */
  private[predictionio] def saved(sc: SparkContext, id: String, params: Params, model: Any) =
    model match {
      case persistent: PersistentModel[_] if persistent.asInstanceOf[PersistentModel[Params]].save(id, params, sc) =>
        Some(PersistentModelManifest(model.getClass.getName))
      case _ => None
    }
}
