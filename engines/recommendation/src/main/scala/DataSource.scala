package org.template.recommendation

import org.apache.predictionio.controller.{EmptyEvaluationInfo, PDataSource, Params, SanityCheck}
import org.apache.predictionio.data.storage.Event
import org.apache.predictionio.data.store.PEventStore

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** @param evalK with evaluation: into how many parts the ratings are split, each part being predicted from the others
  * @param evalNum with evaluation: how many items are asked for
  */
case class DataSourceParams(appName: String, evalK: Option[Int], evalNum: Option[Int]) extends Params

case class Rating(user: String, item: String, rating: Double)

class DataSource(params: DataSourceParams) extends PDataSource[TrainingData, EmptyEvaluationInfo, Query, ActualResult] {

  override def readTraining(sc: SparkContext): TrainingData = new TrainingData(ratings(sc))

  override def readEval(sc: SparkContext): Seq[(TrainingData, EmptyEvaluationInfo, RDD[(Query, ActualResult)])] = {
    val parts = params.evalK.getOrElse(3)
    val num = params.evalNum.getOrElse(10)
    val numbered = ratings(sc).zipWithUniqueId().cache()
    (0 until parts).map { part =>
      val training = numbered.collect { case (rating, number) if number % parts != part => rating }
      val testing = numbered.collect { case (rating, number) if number % parts == part => rating }
      val questions = testing.groupBy(_.user).map { case (user, given) =>
        (Query(user, num), ActualResult(given.toArray))
      }
      (new TrainingData(training), new EmptyEvaluationInfo, questions)
    }
  }

  private def ratings(sc: SparkContext): RDD[Rating] =
    PEventStore
      .find(
        appName = params.appName,
        entityType = Some("user"),
        eventNames = Some(Seq("rate", "buy")),
        targetEntityType = Some(Some("item")))(sc)
      .flatMap(DataSource.rating)
      .cache()
}

object DataSource {

  /** What a purchase is worth as a rating. */
  private val Bought = 4.0

  private def rating(event: Event): Option[Rating] =
    event.targetEntityId.map { item =>
      val worth = if (event.event == "rate") event.properties.get[Double]("rating") else Bought
      Rating(event.entityId, item, worth)
    }
}

class TrainingData(val ratings: RDD[Rating]) extends Serializable with SanityCheck {

  override def sanityCheck(): Unit =
    require(!ratings.isEmpty(), "The training data are empty: the app has no rate or buy events of users on items.")
}
