package org.template.classification

import org.apache.predictionio.controller.PPreparator

import org.apache.spark.SparkContext
import org.apache.spark.mllib.regression.LabeledPoint
import org.apache.spark.rdd.RDD

class PreparedData(val points: RDD[LabeledPoint]) extends Serializable

class Preparator extends PPreparator[TrainingData, PreparedData] {
  override def prepare(sc: SparkContext, trainingData: TrainingData): PreparedData =
    new PreparedData(trainingData.points)
}
