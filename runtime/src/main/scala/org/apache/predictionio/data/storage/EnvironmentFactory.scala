package org.apache.predictionio.data.storage

/** The environment variables of this process, as a service that can be replaced in tests. */
class EnvironmentService {

  /** All variables. */
  def envKeys(): Iterable[String] = sys.env.keys

  /** The value of a variable. */
  def getByKey(key: String): String = sys.env(key)

  /** Those variables that a condition lets pass. */
  def filter(filterFunc: ((String, String)) => Boolean): Map[String, String] = sys.env.filter(filterFunc)
}

/** Gives the [[EnvironmentService]]. */
object EnvironmentFactory {

  /** Replaces the service; for tests. */
  var environmentService: Option[EnvironmentService] = None

  /** The service. */
  def create(): EnvironmentService = environmentService.getOrElse(new EnvironmentService)
}
