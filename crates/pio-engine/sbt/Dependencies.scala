package piobuild

import sbt._

/** What becomes of the dependencies that an engine names. */
object Dependencies {

  private val HardSuffix = "(.+)_2\\.(?:9|10|11)(?:\\.\\d+)?".r

  /** Without what the runtime brings, and without tests unless these are to run; Scala libraries for the Scala of the runtime. */
  def forRuntime(modules: Seq[ModuleID]): Seq[ModuleID] =
    modules.filterNot(module => isUnwanted(module) || Provided.contains(module)).map(forScala).map(forSpark)

  private def isUnwanted(module: ModuleID): Boolean = !Config.tests && module.configurations.exists(isForTests)

  private def isForTests(configurations: String): Boolean =
    configurations.split(';').forall(configuration => Set("test", "it")(configuration.trim.takeWhile(_.isLetter)))

  private def forScala(module: ModuleID): ModuleID = module.name match {
    case HardSuffix(name) =>
      module.withName(s"${name}_${CrossVersion.binaryScalaVersion(Config.scalaVersion)}").withCrossVersion(CrossVersion.disabled)
    case _ => module
  }

  private def forSpark(module: ModuleID): ModuleID =
    if (module.organization == "org.apache.spark") module.withRevision(Config.sparkVersion) else module
}
