package org.apache.predictionio.core

import org.apache.predictionio.controller.EngineParams
import org.apache.predictionio.data.storage.EngineInstance
import org.apache.predictionio.workflow.JsonExtractorOption.JsonExtractorOption
import org.apache.predictionio.workflow.WorkflowParams

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.json4s.JValue

/** An engine as the workflow sees it.
  *
  * @tparam EI evaluation info
  * @tparam Q  query
  * @tparam P  prediction
  * @tparam A  actual result
  */
abstract class BaseEngine[EI, Q, P, A] extends Serializable {

  /** Trains all algorithms and returns what is to be stored of each model. */
  def train(
    sc: SparkContext,
    engineParams: EngineParams,
    engineInstanceId: String,
    params: WorkflowParams
  ): Seq[Any]

  /** Trains with each evaluation set's data and predicts its queries. */
  def eval(sc: SparkContext, engineParams: EngineParams, params: WorkflowParams): Seq[(EI, RDD[(Q, P, A)])]

  /** Evaluates several sets of parameters, in order. */
  def batchEval(
    sc: SparkContext,
    engineParamsList: Seq[EngineParams],
    params: WorkflowParams
  ): Seq[(EngineParams, Seq[(EI, RDD[(Q, P, A)])])] =
    engineParamsList.map(engineParams => (engineParams, eval(sc, engineParams, params)))

  /** Reads the parameters from the content of engine.json. */
  def jValueToEngineParams(variantJson: JValue, jsonExtractor: JsonExtractorOption): EngineParams =
    throw new NotImplementedError("This engine cannot read its parameters from JSON.")

  /** Reads the parameters with which an instance was trained. */
  def engineInstanceToEngineParams(
    engineInstance: EngineInstance,
    jsonExtractor: JsonExtractorOption
  ): EngineParams =
    throw new NotImplementedError("This engine cannot read the parameters of an instance.")
}
