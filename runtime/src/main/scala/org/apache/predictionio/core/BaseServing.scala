package org.apache.predictionio.core

/** The last part of an engine: makes one answer of the predictions of all algorithms.
  *
  * @tparam Q query
  * @tparam P prediction
  */
abstract class BaseServing[Q, P] extends AbstractDoer {

  /** Adds to a query before the algorithms see it; engines implement `supplement`. */
  def supplementBase(q: Q): Q

  /** Chooses the answer; engines implement `serve`. */
  def serveBase(q: Q, ps: Seq[P]): P
}
