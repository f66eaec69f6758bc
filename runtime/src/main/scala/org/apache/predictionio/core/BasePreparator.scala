package org.apache.predictionio.core

import org.apache.spark.SparkContext

/** The second part of an engine: makes of training data what all algorithms are trained with.
  *
  * @tparam TD training data
  * @tparam PD prepared data
  */
abstract class BasePreparator[TD, PD] extends AbstractDoer {

  /** Prepares the data; engines implement `prepare`. */
  def prepareBase(sc: SparkContext, td: TD): PD
}
