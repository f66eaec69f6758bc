package org.template.means

import io.prediction.controller.{EmptyEvaluationInfo, LDataSource, LPreparator, Params, SanityCheck}
import io.prediction.data.storage.Event
import io.prediction.data.store.LEventStore

case class DataSourceParams(appName: String) extends Params

case class Rating(user: String, item: String, rating: Double)

case class TrainingData(ratings: Seq[Rating]) extends SanityCheck {
  override def sanityCheck(): Unit = require(ratings.nonEmpty, "The training data are empty: there are no rate events.")
}

class DataSource(params: DataSourceParams)
    extends LDataSource[TrainingData, EmptyEvaluationInfo, Query, ActualResult] {

  override def readTraining(): TrainingData = TrainingData(ratings)

  /** Every second rating is guessed from the others. */
  override def readEval(): Seq[(TrainingData, EmptyEvaluationInfo, Seq[(Query, ActualResult)])] = {
    val (training, testing) = ratings.zipWithIndex.partition { case (_, number) => number % 2 == 0 }
    val questions = testing.map { case (rating, _) => (Query(rating.user, rating.item), ActualResult(rating.rating)) }
    Seq((TrainingData(training.map(_._1)), new EmptyEvaluationInfo, questions))
  }

  private def ratings: Seq[Rating] =
    LEventStore.find(appName = params.appName, eventNames = Some(Seq("rate"))).map(Rating.of).toVector
}

object Rating {
  def of(event: Event): Rating = Rating(
    user = event.entityId,
    item = event.targetEntityId.getOrElse(sys.error(s"Event ${event.eventId} names no item.")),
    rating = event.properties.get[Double]("rating")
  )
}

case class PreparatorParams(smallest: Double) extends Params

/** Leaves out what is no rating. */
class Preparator(params: PreparatorParams) extends LPreparator[TrainingData, TrainingData] {
  override def prepare(data: TrainingData): TrainingData =
    TrainingData(data.ratings.filter(_.rating >= params.smallest))
}
