package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.{Evaluation, Metric}
import org.apache.predictionio.core.{BaseEngine, BaseEvaluator, BaseEvaluatorResult}

import scala.collection.JavaConverters._

/** What `pio eval` runs, for engines written in Java: a class whose constructor calls one of the setters, once. */
abstract class JavaEvaluation extends Evaluation {

  /** Sets the engine and the metric by which parameters are compared; the best ones are written to best.json. */
  def setEngineMetric[EI, Q, P, A](baseEngine: BaseEngine[EI, Q, P, A], metric: Metric[EI, Q, P, A, _]): Unit =
    engineMetric = (baseEngine, metric)

  /** Sets the engine, the metric by which parameters are compared, and others to be shown. */
  def setEngineMetrics[EI, Q, P, A](
    baseEngine: BaseEngine[EI, Q, P, A],
    metric: Metric[EI, Q, P, A, _],
    metrics: java.util.List[_ <: Metric[EI, Q, P, A, _]]
  ): Unit =
    engineMetrics = (baseEngine, metric, metrics.asScala.toSeq)

  /** Sets the engine and an evaluator of your own. */
  def setEngineEvaluator[EI, Q, P, A, R <: BaseEvaluatorResult](
    baseEngine: BaseEngine[EI, Q, P, A],
    evaluator: BaseEvaluator[EI, Q, P, A, R]
  ): Unit =
    engineEvaluator = (baseEngine, evaluator)
}
