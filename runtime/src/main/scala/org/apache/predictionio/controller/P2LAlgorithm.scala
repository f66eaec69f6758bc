package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseAlgorithm
import org.apache.predictionio.workflow.PersistentModelManifest

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import scala.reflect.ClassTag

/** An algorithm that is trained with data spread over a cluster, and whose model fits into one machine's memory.
  *
  * @tparam PD prepared data
  * @tparam M  model; it is stored as it is, unless it is a [[PersistentModel]]
  * @tparam Q  query
  * @tparam P  prediction
  */
abstract class P2LAlgorithm[PD, M: ClassTag, Q: ClassTag, P] extends BaseAlgorithm[PD, M, Q, P] {

  override def trainBase(sc: SparkContext, pd: PD): M = train(sc, pd)

  /** Trains a model. What it throws ends the training, and nothing of it is stored. */
  def train(sc: SparkContext, pd: PD): M

  override def batchPredictBase(sc: SparkContext, bm: Any, qs: RDD[(Long, Q)]): RDD[(Long, P)] =
    batchPredict(bm.asInstanceOf[M], qs)

  /** Predicts many queries: each with [[predict]], unless overridden.
    *
    * @param qs queries with their numbers
    * @return predictions with the numbers of their queries
    */
  def batchPredict(m: M, qs: RDD[(Long, Q)]): RDD[(Long, P)] = qs.mapValues(q => predict(m, q))

  override def predictBase(bm: Any, q: Q): P = predict(bm.asInstanceOf[M], q)

  /** Predicts one query. A deployed engine is asked by several threads at once; what it throws is answered with status
    * 500.
    */
  def predict(model: M, query: Q): P

  override def makePersistentModel(sc: SparkContext, modelId: String, algoParams: Params, bm: Any): Any =
    bm match {
      case _: PersistentModel[_] => PersistentModelManifest.saved(sc, modelId, algoParams, bm).getOrElse(())
      case model => model
    }
}
