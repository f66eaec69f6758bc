package org.template.classification

import org.apache.predictionio.controller.{P2LAlgorithm, Params}

import org.apache.spark.SparkContext
import org.apache.spark.mllib.classification.{NaiveBayes, NaiveBayesModel}
import org.apache.spark.mllib.linalg.Vectors

/** @param lambda the smoothing: how much is believed of what was never seen */
case class NaiveBayesAlgorithmParams(lambda: Double) extends Params

class NaiveBayesAlgorithm(params: NaiveBayesAlgorithmParams)
    extends P2LAlgorithm[PreparedData, NaiveBayesModel, Query, PredictedResult] {

  override def train(sc: SparkContext, data: PreparedData): NaiveBayesModel =
    NaiveBayes.train(data.points, params.lambda)

  override def predict(model: NaiveBayesModel, query: Query): PredictedResult =
    PredictedResult(model.predict(Vectors.dense(query.attr0, query.attr1, query.attr2)))
}
