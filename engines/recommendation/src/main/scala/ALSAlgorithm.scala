package org.template.recommendation

import org.apache.predictionio.controller.{P2LAlgorithm, Params}
import org.apache.predictionio.data.storage.BiMap

import org.apache.spark.SparkContext
import org.apache.spark.mllib.recommendation.{ALS, Rating => NumberedRating}
import org.apache.spark.rdd.RDD

case class ALSAlgorithmParams(rank: Int, numIterations: Int, lambda: Double, seed: Option[Long]) extends Params

/** Users and items as vectors: the better an item suits a user, the larger the product of theirs. */
class ALSModel(val users: Map[String, Array[Double]], val items: Map[String, Array[Double]]) extends Serializable {
  override def toString: String = s"ALSModel(${users.size} users, ${items.size} items)"
}

class ALSAlgorithm(params: ALSAlgorithmParams) extends P2LAlgorithm[PreparedData, ALSModel, Query, PredictedResult] {

  override def train(sc: SparkContext, data: PreparedData): ALSModel = {
    val users = BiMap.stringInt(data.ratings.map(_.user))
    val items = BiMap.stringInt(data.ratings.map(_.item))
    val numbered = data.ratings.map(rating => NumberedRating(users(rating.user), items(rating.item), rating.rating))
    val als = new ALS().setRank(params.rank).setIterations(params.numIterations).setLambda(params.lambda)
    params.seed.foreach(als.setSeed)
    val factors = als.run(numbered)
    new ALSModel(named(factors.userFeatures, users), named(factors.productFeatures, items))
  }

  override def predict(model: ALSModel, query: Query): PredictedResult = {
    val scores = model.users.get(query.user).fold(Seq.empty[ItemScore]) { user =>
      model.items.iterator.map { case (item, vector) => ItemScore(item, product(user, vector)) }.toSeq
    }
    PredictedResult(scores.sortBy(-_.score).take(query.num).toArray)
  }

  private def named(vectors: RDD[(Int, Array[Double])], numbers: BiMap[String, Int]): Map[String, Array[Double]] = {
    val names = numbers.inverse
    vectors.collect().map { case (number, vector) => names(number) -> vector }.toMap
  }

  private def product(one: Array[Double], other: Array[Double]): Double =
    one.indices.foldLeft(0.0)((sum, index) => sum + one(index) * other(index))
}
