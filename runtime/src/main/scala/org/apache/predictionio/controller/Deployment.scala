package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseEngine

/** Holds an engine that is set in the body of an object. */
trait Deployment extends EngineFactory {
  protected[this] var _engine: BaseEngine[_, _, _, _] = _

  /** The engine. */
  def engine: BaseEngine[_, _, _, _] = {
    require(_engine != null, s"${getClass.getName} has set no engine.")
    _engine
  }

  override def apply(): BaseEngine[_, _, _, _] = engine

  /** Sets the engine, once. */
  def engine_=[EI, Q, P, A](engine: BaseEngine[EI, Q, P, A]): Unit = {
    require(_engine == null, s"${getClass.getName} sets its engine twice.")
    _engine = engine
  }
}
