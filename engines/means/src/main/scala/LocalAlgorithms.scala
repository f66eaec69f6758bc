package org.template.means

import io.prediction.controller.{
  LAlgorithm,
  LocalFileSystemPersistentModel,
  LocalFileSystemPersistentModelLoader,
  Params
}
import io.prediction.data.store.LEventStore

import grizzled.slf4j.Logger

/** The mean of an item; its model is kept in the database. */
class ItemAlgorithm extends LAlgorithm[TrainingData, Means, Query, PredictedResult] {
  override def train(data: TrainingData): Means = Means.of(data.ratings, pull = 0)
  override def predict(model: Means, query: Query): PredictedResult = PredictedResult(model.of(query.item))
}

case class PullParams(pull: Double) extends Params

/** Means in a file of this machine. */
class FileModel(val means: Means) extends LocalFileSystemPersistentModel[PullParams] with Serializable

object FileModel extends LocalFileSystemPersistentModelLoader[PullParams, FileModel]

/** The mean of an item; its model stores itself as a file. */
class FileAlgorithm(params: PullParams) extends LAlgorithm[TrainingData, FileModel, Query, PredictedResult] {
  override def train(data: TrainingData): FileModel = new FileModel(Means.of(data.ratings, params.pull))
  override def predict(model: FileModel, query: Query): PredictedResult = PredictedResult(model.means.of(query.item))
}

case class UserAlgorithmParams(appName: String) extends Params

/** The mean of what the user has rated until now, read while serving. */
class UserAlgorithm(params: UserAlgorithmParams) extends LAlgorithm[TrainingData, Means, Query, PredictedResult] {

  @transient private lazy val logger = Logger[this.type]

  override def train(data: TrainingData): Means = Means.of(data.ratings, pull = 0)

  override def predict(model: Means, query: Query): PredictedResult = {
    val events = LEventStore.findByEntity(
      appName = params.appName,
      entityType = "user",
      entityId = query.user,
      eventNames = Some(Seq("rate")))
    val ratings = events.map(event => Rating.of(event).rating).toVector
    if (ratings.isEmpty) logger.info(s"User ${query.user} has rated nothing.")
    PredictedResult(if (ratings.isEmpty) model.all else ratings.sum / ratings.size)
  }
}
