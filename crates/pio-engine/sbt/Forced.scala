package piobuild

import java.net.URLClassLoader

import sbt._
import sbt.Keys._
import sbt.internal.inc.ScalaInstance
import sbtassembly.AssemblyPlugin.autoImport._
import sbtassembly.MergeStrategy

/** The settings that are put over those of the engine, in each of its projects. */
object Forced {

  private val FatalWarnings = Set("-Xfatal-warnings", "-Werror", "-optimise", "-optimize")

  /** All of them. */
  def settings: Seq[Setting[_]] = scalaSettings ++ javaSettings ++ dependencySettings ++ packagingSettings ++ uberSettings ++ testSettings

  private def scalaSettings: Seq[Setting[_]] = Seq(
    scalaVersion := Config.scalaVersion,
    crossScalaVersions := Seq(Config.scalaVersion),
    scalaHome := None,
    autoScalaLibrary := false,
    managedScalaInstance := false,
    scalaInstance := instance,
    scalaCompilerBridgeBinaryJar := Some(Config.bridge),
    scalacOptions ~= withoutFatal,
    Compile / scalacOptions ~= withoutFatal,
    Compile / compile / scalacOptions ~= withoutFatal,
    maxErrors := 1000
  )

  private def javaSettings: Seq[Setting[_]] = Seq(
    javaHome := Config.javaHome,
    javacOptions ~= JavacOptions.forRuntime,
    Compile / javacOptions ~= JavacOptions.forRuntime,
    Compile / compile / javacOptions ~= JavacOptions.forRuntime
  )

  private def dependencySettings: Seq[Setting[_]] = Seq(
    libraryDependencies ~= Dependencies.forRuntime,
    excludeDependencies ++= Provided.exclusions,
    Compile / unmanagedJars := Config.jars.map(Attributed.blank) ++ (Compile / unmanagedJars).value,
    evictionErrorLevel := Level.Info,
    resolvers ~= (_.map(Resolvers.secure))
  )

  private def packagingSettings: Seq[Setting[_]] = Seq(
    exportJars := true,
    Compile / packageDoc / publishArtifact := false
  )

  private def uberSettings: Seq[Setting[_]] = Seq(
    assembly / test := {},
    assembly / fullClasspath := Export.own((Runtime / fullClasspath).value),
    assembly / assemblyMergeStrategy := {
      val wanted = (assembly / assemblyMergeStrategy).value
      path => if (wanted(path) == MergeStrategy.deduplicate) MergeStrategy.first else wanted(path)
    }
  )

  private def testSettings: Seq[Setting[_]] = Seq(
    Test / fork := true,
    Test / javaOptions ++= Config.testJavaOptions
  )

  private def withoutFatal(options: Seq[String]): Seq[String] =
    options.filterNot(option => FatalWarnings(option) || option.startsWith("-target:"))

  private lazy val instance: ScalaInstance = {
    def named(prefixes: String*) = Config.jars.filter(jar => prefixes.exists(prefix => jar.getName.startsWith(prefix)))
    val library = named("scala-library-").toArray
    val compiler = named("scala-compiler-", "scala-reflect-", "scala-xml_").toArray
    val all = library ++ compiler
    val loader = new URLClassLoader(all.map(_.toURI.toURL), null: ClassLoader)
    new ScalaInstance(Config.scalaVersion, loader, loader, loader, library, compiler, all, Some(Config.scalaVersion))
  }
}
