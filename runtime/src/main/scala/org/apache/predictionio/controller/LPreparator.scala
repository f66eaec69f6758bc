package org.apache.predictionio.controller

import org.apache.predictionio.core.BasePreparator

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import scala.reflect.ClassTag

/** A preparator of data that fits into one machine's memory.
  *
  * @tparam TD training data
  * @tparam PD prepared data
  */
abstract class LPreparator[TD, PD: ClassTag] extends BasePreparator[RDD[TD], RDD[PD]] {

  override def prepareBase(sc: SparkContext, rddTd: RDD[TD]): RDD[PD] = rddTd.map(prepare)

  /** Makes prepared data of training data. */
  def prepare(trainingData: TD): PD
}
