package org.apache.predictionio.controller

import org.apache.predictionio.core.{BaseEngine, BaseEvaluator, BaseEvaluatorResult}

/** What `pio eval` runs: an engine and how its predictions are judged. An object sets one of [[engineMetric]],
  * [[engineMetrics]] or [[engineEvaluator]], once.
  */
trait Evaluation extends Deployment {
  private var chosen: BaseEvaluator[_, _, _, _, _ <: BaseEvaluatorResult] = _

  /** The evaluator.
    *
    * @throws IllegalArgumentException where none is set
    */
  def evaluator: BaseEvaluator[_, _, _, _, _ <: BaseEvaluatorResult] = {
    require(chosen != null, s"${getClass.getName} sets neither engineMetric, engineMetrics nor engineEvaluator.")
    chosen
  }

  /** The engine and its evaluator. */
  def engineEvaluator: (BaseEngine[_, _, _, _], BaseEvaluator[_, _, _, _, _]) = (engine, evaluator)

  /** Sets the engine and an evaluator of your own.
    *
    * @throws IllegalArgumentException where an evaluator or a metric is set already
    */
  def engineEvaluator_=[EI, Q, P, A, R <: BaseEvaluatorResult](
    engineEvaluator: (BaseEngine[EI, Q, P, A], BaseEvaluator[EI, Q, P, A, R])
  ): Unit = {
    require(chosen == null, s"${getClass.getName} sets its evaluator twice.")
    engine = engineEvaluator._1
    chosen = engineEvaluator._2
  }

  /** Can only be set. */
  def engineMetric: (BaseEngine[_, _, _, _], Metric[_, _, _, _, _]) =
    throw new NotImplementedError("engineMetric can only be set.")

  /** Sets the engine and the metric by which parameters are compared; the best ones are written to best.json. */
  def engineMetric_=[EI, Q, P, A](engineMetric: (BaseEngine[EI, Q, P, A], Metric[EI, Q, P, A, _])): Unit =
    engineEvaluator = (
      engineMetric._1,
      MetricEvaluator(engineMetric._2, Seq.empty[Metric[EI, Q, P, A, _]], MetricEvaluator.BestFile)
    )

  /** Can only be set. */
  def engineMetrics: (BaseEngine[_, _, _, _], Metric[_, _, _, _, _]) =
    throw new NotImplementedError("engineMetrics can only be set.")

  /** Sets the engine, the metric by which parameters are compared, and others to be shown. Writes no file. */
  def engineMetrics_=[EI, Q, P, A](
    engineMetrics: (BaseEngine[EI, Q, P, A], Metric[EI, Q, P, A, _], Seq[Metric[EI, Q, P, A, _]])
  ): Unit =
    engineEvaluator = (engineMetrics._1, MetricEvaluator(engineMetrics._2, engineMetrics._3))
}
