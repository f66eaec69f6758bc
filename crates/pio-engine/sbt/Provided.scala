package piobuild

import sbt._

/** The libraries that the runtime itself brings: an engine's own wish for another version of them is not followed. */
object Provided {

  private val ScalaSuffix = "_2\\.(9|10|11|12|13)(\\.\\d+)?$".r

  private val JarName = "(.+?)-(\\d.*)\\.jar".r

  private val PioOrganizations = Set("io.prediction", "org.apache.predictionio")

  private val PioNames = Set("core", "data", "e2", "common", "tools", "engines", "pio-build")

  private lazy val suffix: String = "_" + CrossVersion.binaryScalaVersion(Config.scalaVersion)

  /** Names of artifacts among the runtime's jars, without their Scala suffix. */
  lazy val artifacts: Set[String] =
    Config.jars.map(_.getName).collect { case JarName(name, _) => bare(name) }.toSet

  /** The name of an artifact without its Scala suffix. */
  def bare(name: String): String = ScalaSuffix.replaceFirstIn(name, "")

  /** Whether a dependency is part of the runtime. */
  def contains(module: ModuleID): Boolean =
    isPio(module) || isHadoop(module) || isDriver(module) || artifacts(bare(module.name))

  /** Rules that keep the runtime's own libraries from coming in behind other dependencies. */
  lazy val exclusions: Seq[ExclusionRule] = Seq(
    ExclusionRule("org.apache.hadoop", "*"),
    ExclusionRule("org.postgresql", "*")
  ) ++ PioNames.toSeq.sorted.map(name => ExclusionRule("io.prediction", name + "_2.10")) ++ artifacts.toSeq.sorted.flatMap { name =>
    Seq("", "_2.10", "_2.11", suffix).map(scala => ExclusionRule("*", name + scala))
  }

  private def isPio(module: ModuleID): Boolean =
    module.name.startsWith("apache-predictionio-") ||
      (PioOrganizations(module.organization) && PioNames(bare(module.name).stripPrefix("predictionio-")))

  private def isDriver(module: ModuleID): Boolean = module.organization == "org.postgresql"

  private def isHadoop(module: ModuleID): Boolean =
    module.organization == "org.apache.hadoop" && module.name.startsWith("hadoop-")
}
