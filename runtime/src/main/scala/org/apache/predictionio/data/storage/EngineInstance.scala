package org.apache.predictionio.data.storage

import org.joda.time.DateTime

/** One training of an engine. Parameters are JSON: `{"name":{…}}`, of algorithms `[{"name":{…}},…]`.
  *
  * @param id                also the id of its models
  * @param status            INIT while it is trained, then COMPLETED or FAILED
  * @param startTime         when the training began
  * @param endTime           when it ended
  * @param engineId          which engine
  * @param engineVersion     which build of it
  * @param engineVariant     which variant of its parameters
  * @param engineFactory     class name of the factory
  * @param batch             a label given on the command line
  * @param env               environment variables
  * @param sparkConf         settings of Spark
  * @param dataSourceParams  parameters of the data source
  * @param preparatorParams  parameters of the preparator
  * @param algorithmsParams  parameters of the algorithms
  * @param servingParams     parameters of the serving
  */
case class EngineInstance(
  id: String,
  status: String,
  startTime: DateTime,
  endTime: DateTime,
  engineId: String,
  engineVersion: String,
  engineVariant: String,
  engineFactory: String,
  batch: String,
  env: Map[String, String],
  sparkConf: Map[String, String],
  dataSourceParams: String,
  preparatorParams: String,
  algorithmsParams: String,
  servingParams: String
)

/** The stored trainings. */
trait EngineInstances {

  /** Stores a training and returns its id. */
  def insert(i: EngineInstance): String

  /** The training with this id. */
  def get(id: String): Option[EngineInstance]

  /** All trainings. */
  def getAll(): Seq[EngineInstance]

  /** The last completed training of an engine's variant. */
  def getLatestCompleted(engineId: String, engineVersion: String, engineVariant: String): Option[EngineInstance]

  /** The completed trainings of an engine's variant, the last first. */
  def getCompleted(engineId: String, engineVersion: String, engineVariant: String): Seq[EngineInstance]

  /** Changes what is stored of a training. */
  def update(i: EngineInstance): Unit

  /** Removes a training, but not its models. */
  def delete(id: String): Unit
}
