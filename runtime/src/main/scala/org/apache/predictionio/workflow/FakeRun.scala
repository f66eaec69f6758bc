package org.apache.predictionio.workflow

import org.apache.predictionio.controller.{EmptyParams, EngineParams, EngineParamsGenerator, Evaluation}
import org.apache.predictionio.core.{BaseEngine, BaseEvaluator, BaseEvaluatorResult}

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** Runs any function with a Spark context, as `pio eval` of an object that sets `func` in its body. Nothing is stored. */
trait FakeRun extends Evaluation with EngineParamsGenerator {
  private[this] var chosen: SparkContext => Unit = _

  /** The function. */
  def func: SparkContext => Unit = chosen

  /** Sets the function, once. */
  def func_=(f: SparkContext => Unit): Unit = {
    engineEvaluator = (new FakeEngine, new FakeRunner(f))
    chosen = f
  }

  override def engineParamsList: Seq[EngineParams] = Seq(EngineParams())
}

/** An engine that does nothing. */
private[predictionio] class FakeEngine extends BaseEngine[EmptyParams, EmptyParams, EmptyParams, EmptyParams] {

  override def train(
    sc: SparkContext,
    engineParams: EngineParams,
    engineInstanceId: String,
    params: WorkflowParams
  ): Seq[Any] = throw StopAfterReadInterruption()

  override def eval(
    sc: SparkContext,
    engineParams: EngineParams,
    params: WorkflowParams
  ): Seq[(EmptyParams, RDD[(EmptyParams, EmptyParams, EmptyParams)])] = Seq.empty
}

/** Runs the function in the place of an evaluation. */
private[predictionio] class FakeRunner(f: SparkContext => Unit)
    extends BaseEvaluator[EmptyParams, EmptyParams, EmptyParams, EmptyParams, FakeEvalResult] {

  override def evaluateBase(
    sc: SparkContext,
    evaluation: Evaluation,
    engineEvalDataSet: Seq[(EngineParams, Seq[(EmptyParams, RDD[(EmptyParams, EmptyParams, EmptyParams)])])],
    params: WorkflowParams
  ): FakeEvalResult = {
    f(sc)
    FakeEvalResult()
  }
}

/** A result of which nothing is stored. */
private[predictionio] case class FakeEvalResult() extends BaseEvaluatorResult {
  override val noSave: Boolean = true
}
