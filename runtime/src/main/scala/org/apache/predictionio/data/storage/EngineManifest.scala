package org.apache.predictionio.data.storage

/** What PIO before 0.11 kept of a built engine. Nothing here stores it; the class is kept for engines that name it.
  *
  * @param id            the engine
  * @param version       its build
  * @param name          for people
  * @param description   for people
  * @param files         its jars
  * @param engineFactory class name of its factory
  */
case class EngineManifest(
  id: String,
  version: String,
  name: String,
  description: Option[String],
  files: Seq[String],
  engineFactory: String
)
