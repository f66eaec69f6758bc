package org.apache.predictionio.core

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** The first part of an engine: reads training data and, for evaluation, queries with their actual results.
  *
  * @tparam TD training data
  * @tparam EI evaluation info
  * @tparam Q  query
  * @tparam A  actual result
  */
abstract class BaseDataSource[TD, EI, Q, A] extends AbstractDoer {

  /** Reads the training data; engines implement `readTraining`. */
  def readTrainingBase(sc: SparkContext): TD

  /** Reads the evaluation's sets; engines implement `readEval`. */
  def readEvalBase(sc: SparkContext): Seq[(TD, EI, RDD[(Q, A)])]
}
