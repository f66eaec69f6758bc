package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseServing

/** Makes one answer of the predictions of all algorithms.
  *
  * @tparam Q query
  * @tparam P prediction
  */
abstract class LServing[Q, P] extends BaseServing[Q, P] {

  override def supplementBase(q: Q): Q = supplement(q)

  /** Adds to a query before the algorithms see it. Unless overridden it stays as it is. */
  def supplement(q: Q): Q = q

  override def serveBase(q: Q, ps: Seq[P]): P = serve(q, ps)

  /** Chooses the answer to the query as it came in, from the predictions in the algorithms' order. Several threads may
    * ask at once.
    */
  def serve(query: Q, predictions: Seq[P]): P
}
