package org.apache.predictionio.runtime.json

/** Whether missing fields become 0 or null, as they did in PIO. */
private[predictionio] object Leniency {

  /** Set once, when the runtime starts. */
  @volatile var missingIsZero: Boolean = false
}
