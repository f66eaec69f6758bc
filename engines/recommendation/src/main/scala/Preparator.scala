package org.template.recommendation

import org.apache.predictionio.controller.PPreparator

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

class PreparedData(val ratings: RDD[Rating]) extends Serializable

class Preparator extends PPreparator[TrainingData, PreparedData] {
  override def prepare(sc: SparkContext, trainingData: TrainingData): PreparedData =
    new PreparedData(trainingData.ratings)
}
