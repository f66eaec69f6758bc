package org.apache.predictionio.data.storage

import org.apache.predictionio.data.storage.jdbc._
import org.apache.predictionio.runtime.DatabaseSettings

/** Everything that is stored, in the one database which the runtime was started with. */
object Storage {

  /** Events, one by one. */
  def getLEvents(): LEvents = new JDBCLEvents(DatabaseSettings.current)

  /** Events, one by one. */
  def getLEvents(test: Boolean): LEvents = getLEvents()

  /** Events, in parallel on Spark. */
  def getPEvents(): PEvents = new JDBCPEvents(DatabaseSettings.current)

  /** The apps. */
  def getMetaDataApps(): Apps = new JDBCApps(Connections.current)

  /** The access keys. */
  def getMetaDataAccessKeys(): AccessKeys = new JDBCAccessKeys(Connections.current)

  /** The channels. */
  def getMetaDataChannels(): Channels = new JDBCChannels(Connections.current)

  /** The trainings. */
  def getMetaDataEngineInstances(): EngineInstances = new JDBCEngineInstances(Connections.current)

  /** The evaluations. */
  def getMetaDataEvaluationInstances(): EvaluationInstances = new JDBCEvaluationInstances(Connections.current)

  /** The models. */
  def getModelDataModels(): Models = new JDBCModels(Connections.current)

  /** The settings of a source of storage: TYPE, URL (for JDBC), USERNAME and PASSWORD of the one database, which PIO's
    * configurations call PGSQL, or as they say; nothing for other sources.
    */
  def getConfig(sourceName: String): Option[StorageClientConfig] = {
    val database = DatabaseSettings.current
    val isKnown = sourceName == Source || database.sources.contains(sourceName)
    if (isKnown) Some(StorageClientConfig(properties = properties(database))) else None
  }

  private val Source = "PGSQL"

  private def properties(database: DatabaseSettings): Map[String, String] =
    Map("TYPE" -> "jdbc", "URL" -> database.url, "USERNAME" -> database.user, "PASSWORD" -> database.password)

  /** Throws where the database cannot be reached. */
  def verifyAllDataObjects(): Unit = {
    val _ = getMetaDataApps().getAll()
  }
}
