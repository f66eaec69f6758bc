package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{Engine, EngineFactory}
import org.apache.predictionio.core.BaseEngine
import org.apache.predictionio.data.storage.jdbc.{Connections, JDBCModels}
import org.apache.predictionio.data.storage.{EngineInstance, Storage}
import org.apache.predictionio.workflow.{KryoInstantiator, WorkflowUtils}

import java.sql.SQLException

/** Finds engines, their instances and their stored models. */
private[runtime] object EngineLoading {

  /** An engine whose types nobody here needs to know. */
  type AnyEngine = Engine[Any, Any, Any, Any, Any, Any]

  /** The factory that the spec names. */
  def factory(spec: Spec): EngineFactory = WorkflowUtils.getEngine(spec.factory, loader)._2

  /** The engine. */
  def engine(factory: EngineFactory): BaseEngine[Any, Any, Any, Any] =
    Stages.run("its factory could not make the engine")(factory().asInstanceOf[BaseEngine[Any, Any, Any, Any]])

  /** The engine, which must be one that can be deployed. */
  def deployable(factory: EngineFactory): AnyEngine = engine(factory) match {
    case known: Engine[_, _, _, _, _, _] => known.asInstanceOf[AnyEngine]
    case other => throw Errors.notDeployable(other.getClass)
  }

  /** An instance that was trained by this runtime. */
  def instance(id: String): EngineInstance = {
    val found = Storage.getMetaDataEngineInstances().get(id).getOrElse(throw Errors.noInstance(id))
    if (!found.env.contains(Spec.RuntimeMark)) throw Errors.incompatibleModel(id, null)
    found
  }

  /** What was stored of the instance's models. */
  def models(instanceId: String): Seq[Any] = {
    val models = new JDBCModels(Connections.current).read(instanceId) { bytes =>
      try KryoInstantiator.read(bytes).asInstanceOf[Seq[Any]]
      catch {
        case e: SQLException => throw e
        case e @ (_: Exception | _: LinkageError) => throw Errors.incompatibleModel(instanceId, e)
      }
    }
    models.getOrElse(throw Errors.noModel(instanceId))
  }

  /** Finds the engine's classes. */
  def loader: ClassLoader = Thread.currentThread.getContextClassLoader
}
