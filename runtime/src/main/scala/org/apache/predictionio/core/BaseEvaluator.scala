package org.apache.predictionio.core

import org.apache.predictionio.controller.{EngineParams, Evaluation}
import org.apache.predictionio.workflow.WorkflowParams

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** Judges the predictions which an engine made with each set of parameters.
  *
  * @tparam EI evaluation info
  * @tparam Q  query
  * @tparam P  prediction
  * @tparam A  actual result
  * @tparam ER the evaluation's result
  */
abstract class BaseEvaluator[EI, Q, P, A, ER <: BaseEvaluatorResult] extends AbstractDoer {

  /** Evaluates all sets of parameters. */
  def evaluateBase(
    sc: SparkContext,
    evaluation: Evaluation,
    engineEvalDataSet: Seq[(EngineParams, Seq[(EI, RDD[(Q, P, A)])])],
    params: WorkflowParams
  ): ER
}

/** What an evaluation comes to, in three renderings. */
trait BaseEvaluatorResult extends Serializable {

  /** True where nothing of this result is to be stored. */
  val noSave: Boolean = false

  /** One line of text. */
  def toOneLiner(): String = ""

  /** A piece of HTML. */
  def toHTML(): String = ""

  /** A JSON document. */
  def toJSON(): String = ""
}
