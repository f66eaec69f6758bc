package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseAlgorithm
import org.apache.predictionio.workflow.PersistentModelManifest

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** An algorithm whose model may be spread over a cluster. Such a model is stored only if it is a [[PersistentModel]]; else
  * the engine is trained again at each deployment.
  *
  * @tparam PD prepared data
  * @tparam M  model
  * @tparam Q  query
  * @tparam P  prediction
  */
abstract class PAlgorithm[PD, M, Q, P] extends BaseAlgorithm[PD, M, Q, P] {

  override def trainBase(sc: SparkContext, pd: PD): M = train(sc, pd)

  /** Trains a model. What it throws ends the training, and nothing of it is stored. */
  def train(sc: SparkContext, pd: PD): M

  override def batchPredictBase(sc: SparkContext, bm: Any, qs: RDD[(Long, Q)]): RDD[(Long, P)] =
    batchPredict(bm.asInstanceOf[M], qs)

  /** Predicts many queries, as evaluation and batch prediction do. Engines that want either must override it, because a
    * model that is spread over a cluster cannot be used within its workers.
    *
    * @param qs queries with their numbers
    * @return predictions with the numbers of their queries
    * @throws NotImplementedError unless overridden
    */
  def batchPredict(m: M, qs: RDD[(Long, Q)]): RDD[(Long, P)] =
    throw new NotImplementedError(
      s"${getClass.getName} does not define batchPredict, which evaluation and batch prediction need."
    )

  override def predictBase(baseModel: Any, query: Q): P = predict(baseModel.asInstanceOf[M], query)

  /** Predicts one query. A deployed engine is asked by several threads at once; what it throws is answered with status
    * 500.
    */
  def predict(model: M, query: Q): P

  override def makePersistentModel(sc: SparkContext, modelId: String, algoParams: Params, bm: Any): Any =
    PersistentModelManifest.saved(sc, modelId, algoParams, bm).getOrElse(())
}
