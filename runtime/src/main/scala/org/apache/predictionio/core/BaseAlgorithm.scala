package org.apache.predictionio.core

import org.apache.predictionio.controller.Params
import org.apache.predictionio.runtime.TypeArguments

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** An algorithm of an engine: trains a model and predicts with it.
  *
  * @tparam PD prepared data
  * @tparam M  model
  * @tparam Q  query
  * @tparam P  prediction
  */
abstract class BaseAlgorithm[PD, M, Q, P] extends AbstractDoer with BaseQuerySerializer {

  /** Trains a model; engines implement `train`. */
  def trainBase(sc: SparkContext, pd: PD): M

  /** Predicts many queries, each known by its index; engines implement `batchPredict`. */
  def batchPredictBase(sc: SparkContext, bm: Any, qs: RDD[(Long, Q)]): RDD[(Long, P)]

  /** Predicts one query; engines implement `predict`. */
  def predictBase(bm: Any, q: Q): P

  /** What is stored of a trained model: the model itself, a manifest of one that has stored itself, or `Unit`
    * where the model cannot be stored and is trained again at deployment.
    */
  def makePersistentModel(sc: SparkContext, modelId: String, algoParams: Params, bm: Any): Any = ()

  /** The class of the query, known from the type arguments of the algorithm's class. */
  def queryClass: Class[Q] =
    TypeArguments.of(getClass, classOf[BaseAlgorithm[_, _, _, _]])(2).asInstanceOf[Class[Q]]
}
