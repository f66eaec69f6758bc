package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseAlgorithm
import org.apache.predictionio.workflow.PersistentModelManifest

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import scala.reflect.ClassTag

/** An algorithm whose data and model fit into one machine's memory.
  *
  * @tparam PD prepared data
  * @tparam M  model; it is stored as it is, unless it is a [[PersistentModel]]
  * @tparam Q  query
  * @tparam P  prediction
  */
abstract class LAlgorithm[PD, M: ClassTag, Q, P] extends BaseAlgorithm[RDD[PD], RDD[M], Q, P] {

  override def trainBase(sc: SparkContext, pd: RDD[PD]): RDD[M] = pd.map(train)

  /** Trains a model. What it throws ends the training, and nothing of it is stored. */
  def train(pd: PD): M

  override def batchPredictBase(sc: SparkContext, bm: Any, qs: RDD[(Long, Q)]): RDD[(Long, P)] =
    bm match {
      case rdd: RDD[_] => batchPredict(rdd.asInstanceOf[RDD[M]], qs)
      case model => batchPredict(sc.parallelize(Seq(model.asInstanceOf[M]), 1), qs)
    }

  /** Predicts many queries in an evaluation: each with [[predict]], unless overridden.
    *
    * @param mRDD the model, alone in an RDD
    * @param qs   queries with their numbers
    * @return predictions with the numbers of their queries
    */
  def batchPredict(mRDD: RDD[M], qs: RDD[(Long, Q)]): RDD[(Long, P)] = {
    val model = mRDD.first()
    qs.map { case (index, q) => (index, predict(model, q)) }
  }

  override def predictBase(localBaseModel: Any, q: Q): P = predict(localBaseModel.asInstanceOf[M], q)

  /** Predicts one query. A deployed engine is asked by several threads at once; what it throws is answered with status
    * 500.
    */
  def predict(m: M, q: Q): P

  override def makePersistentModel(sc: SparkContext, modelId: String, algoParams: Params, bm: Any): Any =
    bm.asInstanceOf[RDD[M]].first() match {
      case model: PersistentModel[_] =>
        PersistentModelManifest.saved(sc, modelId, algoParams, model).getOrElse(())
      case model => model
    }
}
