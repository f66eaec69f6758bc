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

  override def projectSettings: Seq[Setting[_]] = Seq(
    autoImport.pioExport := Export.write.value,
    name := (if (name.value == baseDirectory.value.getName) nameOf(baseDirectory.value) else name.value)
  )

  override def globalSettings: Seq[Setting[_]] = Seq(
    PioVersion.pioVersion := Config.pioVersion,
    commands += prepare
  )

  /** The stage's folder is called after what it is, not after the engine. */
  private def nameOf(folder: File): String = if (folder == Config.stage) Config.engineName else folder.getName

  private def prepare: Command = Command.command("pioPrepare") { state =>
    Lifeline.watch()
    val forced = append(state, Forced.settings)
    Resolve.substitutes(forced) match {
      case Nil         => forced
      case substitutes => append(state, Forced.settings ++ substitutes)
    }
  }

  /** The loaded build with more settings in each project. Of two calls on one build the second forgets the first. */
  private def append(loaded: State, settings: Seq[Setting[_]]): State = {
    val extracted = Project.extract(loaded)
    val scoped = extracted.structure.allProjectRefs.flatMap(project => inScope(scope(project))(settings))
    extracted.appendWithSession(scoped, loaded)
  }

  private def scope(project: ProjectRef): Scope = Scope.ThisScope.copy(project = Select(project))
}
