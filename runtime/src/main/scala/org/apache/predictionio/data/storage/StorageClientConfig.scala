package org.apache.predictionio.data.storage

/** Settings of a storage of other kinds than PostgreSQL. Kept for engines that name it.
  *
  * @param parallel   for parallel access
  * @param test       for tests
  * @param properties settings by name
  */
case class StorageClientConfig(
  parallel: Boolean = false,
  test: Boolean = false,
  properties: Map[String, String] = Map()
)

/** A storage cannot be reached or does not know what it is asked for. */
class StorageClientException(message: String, cause: Throwable) extends RuntimeException(message, cause)

/** A storage could not do what it was asked for. */
class StorageException(message: String, cause: Throwable) extends Exception(message, cause) {

  /** With a message only. */
  def this(message: String) = this(message, null)
}

/** Why a look-up of events failed.
  *
  * @param message the reason
  */
case class StorageError(message: String)
