package piobuild

import sbt._
import sbtassembly.AssemblyPlugin.autoImport._

/** The names that sbt-assembly had before 0.12: imported into build files that use them. */
object OldAssembly {
  lazy val mergeStrategy = assemblyMergeStrategy
  lazy val jarName = assemblyJarName
  lazy val outputPath = assemblyOutputPath
  lazy val excludedJars = assemblyExcludedJars

  /** Once had to be named in each build. */
  def assemblySettings: Seq[Setting[_]] = Nil
}
