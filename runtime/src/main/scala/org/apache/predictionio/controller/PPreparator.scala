package org.apache.predictionio.controller

import org.apache.predictionio.core.BasePreparator

import org.apache.spark.SparkContext

/** A preparator of data that may be spread over a cluster.
  *
  * @tparam TD training data
  * @tparam PD prepared data
  */
abstract class PPreparator[TD, PD] extends BasePreparator[TD, PD] {

  override def prepareBase(sc: SparkContext, td: TD): PD = prepare(sc, td)

  /** Makes prepared data of training data. */
  def prepare(sc: SparkContext, trainingData: TD): PD
}
