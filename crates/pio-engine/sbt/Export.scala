package piobuild

import sbt._
import sbt.Keys._
import sbtassembly.AssemblyPlugin.autoImport._

/** The list of the jars that make up the engine, for the native side. */
object Export {

  private lazy val runtime: Set[File] = Config.jars.toSet

  /** A class path without what the runtime brings. */
  def own(classpath: Def.Classpath): Def.Classpath = classpath.filterNot(entry => runtime(entry.data))

  /** Writes one file for each project: the project's jar first, then its dependencies. */
  def write: Def.Initialize[Task[Unit]] = Def.taskIf {
    if (Config.uberJar) writeUber.value else writeParts.value
  }

  private def writeParts: Def.Initialize[Task[Unit]] = Def.task {
    val product = (Compile / packageBin).value
    val compile = (Compile / dependencyClasspathAsJars).value
    val runtime = (Runtime / dependencyClasspathAsJars).value
    val dependencies = own(compile ++ runtime).map(_.data).filter(_.isFile)
    save(thisProjectRef.value, product +: dependencies.distinct)
  }

  private def writeUber: Def.Initialize[Task[Unit]] = Def.task {
    save(thisProjectRef.value, Seq(assembly.value))
  }

  private def save(project: ProjectRef, jars: Seq[File]): Unit =
    IO.writeLines(Config.exportFolder / s"${project.project}.jars", jars.map(_.getAbsolutePath))
}
