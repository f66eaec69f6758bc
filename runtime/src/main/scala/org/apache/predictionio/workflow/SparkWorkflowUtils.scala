package org.apache.predictionio.workflow

import org.apache.predictionio.controller.{LocalFileSystemPersistentModelLoader, Params, PersistentModelLoader}
import org.apache.predictionio.runtime.Errors

import org.apache.spark.SparkContext

import java.lang.reflect.InvocationTargetException
import scala.util.Try

/** Finds the loaders of models that have stored themselves. */
object SparkWorkflowUtils {

  /** Loads a model with its class's companion object, or with its class's static method `load`.
    *
    * @param sc is evaluated only where the loader may need it
    */
  def getPersistentModel(
    manifest: PersistentModelManifest,
    modelId: String,
    params: Params,
    sc: => SparkContext,
    loader: ClassLoader
  ): Any = companion(manifest, loader) match {
    case Some(local: LocalFileSystemPersistentModelLoader[_, _]) =>
      local.asInstanceOf[PersistentModelLoader[Params, Any]](modelId, params, None)
    case Some(other) => other(modelId, params, Some(sc))
    case None => loadStatically(manifest, modelId, params, sc, loader)
  }

  private def companion(manifest: PersistentModelManifest, loader: ClassLoader) =
    Try(Class.forName(manifest.className + "$", true, loader).getField("MODULE$").get(null)).toOption.collect {
      case found: PersistentModelLoader[_, _] => found.asInstanceOf[PersistentModelLoader[Params, Any]]
    }

  private def loadStatically(
    manifest: PersistentModelManifest,
    modelId: String,
    params: Params,
    sc: SparkContext,
    loader: ClassLoader
  ): Any = {
    val cls = Class.forName(manifest.className, true, loader)
    val load = cls.getMethods.find(method => method.getName == "load" && method.getParameterCount == 3)
    try load.getOrElse(throw Errors.noLoader(manifest.className)).invoke(null, modelId, params, sc)
    catch { case e: InvocationTargetException => throw e.getCause }
  }
}
