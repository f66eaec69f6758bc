package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseDataSource

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** A data source whose training data may be spread over a cluster.
  *
  * @tparam TD training data
  * @tparam EI evaluation info
  * @tparam Q  query
  * @tparam A  actual result
  */
abstract class PDataSource[TD, EI, Q, A] extends BaseDataSource[TD, EI, Q, A] {

  override def readTrainingBase(sc: SparkContext): TD = readTraining(sc)

  /** Reads the training data. What it throws ends the training. */
  def readTraining(sc: SparkContext): TD

  override def readEvalBase(sc: SparkContext): Seq[(TD, EI, RDD[(Q, A)])] = readEval(sc)

  /** Reads sets of training data for `pio eval`, for example folds: each with what is known about the set, and with
    * queries and their actual results. None unless overridden, and then there is nothing to evaluate.
    */
  def readEval(sc: SparkContext): Seq[(TD, EI, RDD[(Q, A)])] = Seq.empty

  /** An older name of [[readEval]]. */
  @deprecated("Use readEval() instead.", "0.9.0")
  def read(sc: SparkContext): Seq[(TD, EI, RDD[(Q, A)])] = readEval(sc)
}
