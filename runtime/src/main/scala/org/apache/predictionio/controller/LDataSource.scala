package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseDataSource

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import scala.reflect.ClassTag

/** A data source whose training data fits into one machine's memory.
  *
  * @tparam TD training data
  * @tparam EI evaluation info
  * @tparam Q  query
  * @tparam A  actual result
  */
abstract class LDataSource[TD: ClassTag, EI, Q, A] extends BaseDataSource[RDD[TD], EI, Q, A] {

  override def readTrainingBase(sc: SparkContext): RDD[TD] =
    sc.parallelize(Seq(None)).map(_ => readTraining())

  /** Reads the training data. */
  def readTraining(): TD

  override def readEvalBase(sc: SparkContext): Seq[(RDD[TD], EI, RDD[(Q, A)])] = {
    val count = readEval().size
    (0 until count).map { index =>
      val (td, ei, qa) = readEval()(index)
      (sc.parallelize(Seq(td), 1), ei, sc.parallelize(qa.asInstanceOf[Seq[Any]]).asInstanceOf[RDD[(Q, A)]])
    }
  }

  /** Reads sets of training data, each with queries and their actual results. None unless overridden. */
  def readEval(): Seq[(TD, EI, Seq[(Q, A)])] = Seq.empty

  /** An older name of [[readEval]]. */
  @deprecated("Use readEval() instead.", "0.9.0")
  def read(): Seq[(TD, EI, Seq[(Q, A)])] = readEval()
}
