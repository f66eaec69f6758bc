package piobuild

import sbt._
import sbt.Keys._
import sbt.librarymanagement.ResolveException

/** Finds other versions of dependencies that are not published for the Scala of the runtime. */
object Resolve {

  /** Settings by which each such dependency gets the oldest version that is published, but no older one than asked for. */
  def substitutes(state: State): Seq[Setting[_]] = {
    val extracted = Project.extract(state)
    val projects = extracted.structure.allProjectRefs
    val missing = projects.flatMap(failures(state, _)).distinct.filter(isForScala)
    val repositories = projects.flatMap(project => roots(extracted.runTask(project / fullResolvers, state)._2)).distinct
    val found = missing.flatMap(module => Versions.atLeast(module, repositories).map(module.withRevision))
    found.foreach(tell(state, missing, _))
    if (found.isEmpty) Nil else Seq(dependencyOverrides ++= found.map(plain))
  }

  private def failures(state: State, project: ProjectRef): Seq[ModuleID] =
    Project.runTask(project / update, state) match {
      case Some((_, Inc(incomplete))) =>
        Incomplete.allExceptions(incomplete).toSeq.collect { case failure: ResolveException => failure.failed }.flatten
      case _ => Nil
    }

  private def isForScala(module: ModuleID): Boolean =
    module.name.endsWith("_" + CrossVersion.binaryScalaVersion(Config.scalaVersion))

  private def roots(resolvers: Seq[Resolver]): Seq[String] =
    resolvers.collect { case maven: MavenRepository => maven.root }.filter(_.startsWith("https://"))

  private def plain(module: ModuleID): ModuleID = ModuleID(module.organization, module.name, module.revision)

  private def tell(state: State, missing: Seq[ModuleID], found: ModuleID): Unit =
    missing.find(_.name == found.name).foreach { module =>
      state.log.info(s"pio: ${module.name} ${module.revision} does not exist; ${found.revision} is taken instead.")
    }
}
