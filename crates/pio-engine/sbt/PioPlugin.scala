package piobuild

import sbt._
import sbt.Keys._
import sbt.plugins.JvmPlugin

/** Turns an engine's own build into one for this runtime: its settings stay, what must differ here is set over them.
  *
  * The settings are appended by the command `pioPrepare`, when the build has been loaded, in all of its projects, because only
  * then do they win over whatever the engine's build files say.
  */
object PioPlugin extends AutoPlugin {

  override def trigger = allRequirements

  override def requires = JvmPlugin && sbtassembly.AssemblyPlugin

  object autoImport extends AssemblyOptions {
    val pioExport = taskKey[Unit]("Writes the list of the jars that make up the engine")
  }

  override def projectSettings: Seq[Setting[_]] = Seq(autoImport.pioExport := Export.write.value)

  override def globalSettings: Seq[Setting[_]] = Seq(
    PioVersion.pioVersion := Config.pioVersion,
    commands += prepare
  )

  private def prepare: Command = Command.command("pioPrepare") { state =>
    Lifeline.watch()
    Resolve.substitute(append(state, Forced.settings))
  }

  /** The state with more settings in each project. */
  def append(state: State, settings: Seq[Setting[_]]): State = {
    val extracted = Project.extract(state)
    val scoped = extracted.structure.allProjectRefs.flatMap(project => inScope(scope(project))(settings))
    extracted.appendWithSession(scoped, state)
  }

  private def scope(project: ProjectRef): Scope = Scope.ThisScope.copy(project = Select(project))
}
