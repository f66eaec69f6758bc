package org.template.classification

import org.apache.predictionio.controller.{EmptyEvaluationInfo, PDataSource, Params, SanityCheck}
import org.apache.predictionio.data.store.PEventStore

import org.apache.spark.SparkContext
import org.apache.spark.mllib.linalg.Vectors
import org.apache.spark.mllib.regression.LabeledPoint
import org.apache.spark.rdd.RDD

/** @param evalK with evaluation: into how many parts the users are split, each part being predicted from the others */
case class DataSourceParams(appName: String, evalK: Option[Int]) extends Params

class DataSource(params: DataSourceParams) extends PDataSource[TrainingData, EmptyEvaluationInfo, Query, ActualResult] {

  override def readTraining(sc: SparkContext): TrainingData = new TrainingData(points(sc))

  override def readEval(sc: SparkContext): Seq[(TrainingData, EmptyEvaluationInfo, RDD[(Query, ActualResult)])] = {
    val parts = params.evalK.getOrElse(3)
    val numbered = points(sc).zipWithIndex().cache()
    (0 until parts).map { part =>
      val training = numbered.collect { case (point, number) if number % parts != part => point }
      val testing = numbered.collect { case (point, number) if number % parts == part => point }
      val questions = testing.map { point =>
        (Query(point.features(0), point.features(1), point.features(2)), ActualResult(point.label))
      }
      (new TrainingData(training), new EmptyEvaluationInfo, questions)
    }
  }

  private def points(sc: SparkContext): RDD[LabeledPoint] =
    PEventStore
      .aggregateProperties(
        appName = params.appName,
        entityType = "user",
        required = Some(Seq("plan", "attr0", "attr1", "attr2")))(sc)
      .map { case (_, properties) =>
        val attributes = Seq("attr0", "attr1", "attr2").map(properties.get[Double](_))
        LabeledPoint(properties.get[Double]("plan"), Vectors.dense(attributes.toArray))
      }
      .cache()
}

class TrainingData(val points: RDD[LabeledPoint]) extends Serializable with SanityCheck {

  override def sanityCheck(): Unit =
    require(!points.isEmpty(), "The training data are empty: no user has the properties plan, attr0, attr1 and attr2.")
}
