package piobuild

import java.util.Properties

import sbt._

/** What the native side tells the build, in the file that the system property `pio.build` names. */
object Config {

  private lazy val properties: Properties = {
    val loaded = new Properties
    val config = file(sys.props.getOrElse("pio.build", sys.error("pio.build is not set: this plugin is started by pio build")))
    IO.reader(config, IO.utf8)(loaded.load(_))
    loaded
  }

  private def value(name: String): String =
    Option(properties.getProperty(name)).getOrElse(sys.error(s"pio.build lacks $name"))

  private def optional(name: String): Option[String] = Option(properties.getProperty(name)).filter(_.nonEmpty)

  /** The folder of the staged build. */
  lazy val stage: File = file(value("stage"))

  /** The name of an engine whose build gives none. */
  lazy val engineName: String = value("engine.name")

  /** The version of Scala for which engines are compiled. */
  lazy val scalaVersion: String = value("scala.version")

  /** The version of PredictionIO that builds may ask for. */
  lazy val pioVersion: String = value("pio.version")

  /** The version that takes the place of whatever Spark an engine names. */
  lazy val sparkVersion: String = value("spark.version")

  /** The runtime's jars, in the order of the class path at run time. */
  lazy val jars: Seq[File] = IO.readLines(file(value("jars"))).map(file)

  /** The compiled bridge between sbt and the compiler. */
  lazy val bridge: File = file(value("bridge"))

  /** Where the lists of jars are written. */
  lazy val exportFolder: File = file(value("export"))

  /** The JDK whose javac compiles Java sources. */
  lazy val javaHome: Option[File] = optional("java.home").map(file)

  /** The version of that JDK. */
  lazy val javaVersion: Int = optional("java.version").fold(0)(_.toInt)

  /** The newest Java whose classes the runtime can load. */
  lazy val runtimeJava: Int = value("runtime.java").toInt

  /** Whether one jar holds the engine and all of its dependencies. */
  lazy val uberJar: Boolean = optional("uber").contains("true")

  /** Whether the engine's tests are to run. */
  lazy val tests: Boolean = optional("tests").contains("true")

  /** What Spark needs to be told to Java for tests. */
  lazy val testJavaOptions: Seq[String] = optional("test.java.options").toSeq.flatMap(_.split('\t'))
}
