package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseEngine

/** Makes an engine; engine.json names it in `engineFactory`. In Scala an object, in Java a class without parameters. */
abstract class EngineFactory {

  /** Makes the engine. */
  def apply(): BaseEngine[_, _, _, _]

  /** Parameters that the code itself holds, chosen with `--engine-params-key`. */
  def engineParams(key: String): EngineParams = EngineParams()
}

/** An older name of [[EngineFactory]]. */
@deprecated("Use EngineFactory instead.", "0.9.2")
trait IEngineFactory extends EngineFactory
