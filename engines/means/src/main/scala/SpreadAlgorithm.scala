package org.template.means

import io.prediction.controller.{IPersistentModel, IPersistentModelLoader, PAlgorithm}

import org.apache.spark.SparkContext
import org.apache.spark.SparkContext._
import org.apache.spark.rdd.RDD

/** Means spread over Spark's workers. */
class SpreadModel(val all: Double, val byItem: RDD[(String, Double)]) extends IPersistentModel[PullParams] {

  override def save(id: String, params: PullParams, sc: SparkContext): Boolean = {
    sc.parallelize(Seq(all), 1).saveAsObjectFile(SpreadModel.folder(id, "all"))
    byItem.saveAsObjectFile(SpreadModel.folder(id, "items"))
    true
  }
}

object SpreadModel extends IPersistentModelLoader[PullParams, SpreadModel] {

  override def apply(id: String, params: PullParams, sc: Option[SparkContext]): SpreadModel = {
    val spark = sc.getOrElse(sys.error("This model needs Spark."))
    new SpreadModel(spark.objectFile[Double](folder(id, "all")).first(), spark.objectFile(folder(id, "items")))
  }

  private def folder(id: String, part: String) = s"${sys.props("java.io.tmpdir")}/means/$id/$part"
}

/** The mean of an item, pulled to the mean of all; its model is spread over Spark's workers. */
class SpreadAlgorithm(params: PullParams) extends PAlgorithm[RDD[TrainingData], SpreadModel, Query, PredictedResult] {

  override def train(sc: SparkContext, data: RDD[TrainingData]): SpreadModel = {
    val pull = params.pull
    val ratings = data.flatMap(_.ratings).cache()
    val all = ratings.map(_.rating).mean()
    val sums = ratings.map(rating => rating.item -> ((rating.rating, 1))).reduceByKey { case ((sum, count), (other, more)) =>
      (sum + other, count + more)
    }
    new SpreadModel(all, sums.mapValues { case (sum, count) => (sum + pull * all) / (count + pull) })
  }

  override def predict(model: SpreadModel, query: Query): PredictedResult =
    PredictedResult(model.byItem.lookup(query.item).headOption.getOrElse(model.all))

  override def batchPredict(model: SpreadModel, queries: RDD[(Long, Query)]): RDD[(Long, PredictedResult)] = {
    val all = model.all
    queries
      .map { case (number, query) => (query.item, number) }
      .leftOuterJoin(model.byItem)
      .map { case (_, (number, mean)) => (number, PredictedResult(mean.getOrElse(all))) }
  }
}
