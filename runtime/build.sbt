// Everything the runtime and engines see on their class path comes from one folder, the closure's jars.
val closureJars = file(sys.env.getOrElse("PIO_CLOSURE_JARS", sys.error("Set PIO_CLOSURE_JARS to the folder that holds the closure's jars.")))

lazy val DatabaseTest = config("database").extend(Test)

// `cargo xtask coverage` asks for JaCoCo; nothing else resolves it.
lazy val Coverage = config("coverage").hide
val isCoverageWanted = sys.env.contains("PIO_RUNTIME_COVERAGE")
val jacoco = "0.8.13"
lazy val coverageReport = taskKey[Unit]("Writes what the tests have reached, class by class, to target/coverage.csv")

lazy val runtime = (project in file("."))
  .configs(DatabaseTest, Coverage)
  .settings(
    name := "predictionio-runtime",
    organization := "org.apache.predictionio",
    version := "0.16.0",
    scalaVersion := "2.12.18",
    autoScalaLibrary := false,
    Compile / unmanagedJars := ((closureJars ** "*.jar") +++ (closureJars.getParentFile / "lib" ** "*.jar")).classpath,
    scalaCompilerBridgeBinaryJar := (closureJars.getParentFile / "sbt" / "boot" ** "compiler-bridge_2.12-*.jar").get.headOption,
    // The driver lies beside the folder, because users may replace it; the runtime needs it when it runs only.
    Test / unmanagedJars := (Compile / unmanagedJars).value ++ (closureJars.getAbsoluteFile.getParentFile / "lib" ** "postgresql*.jar").classpath,
    libraryDependencies ++= Seq("munit", "munit-scalacheck").map { name =>
      ("org.scalameta" %% name % "1.0.0" % Test).exclude("org.scala-lang", "scala-library")
    },
    // `cargo xtask runtime` compiles with the same options, without sbt.
    scalacOptions ++= IO.readLines(baseDirectory.value / "scalac.options"),
    Test / fork := true,
    Test / parallelExecution := false,
    Test / javaOptions ++= openedModules,
    libraryDependencies ++= (if (isCoverageWanted) Seq(
      "org.jacoco" % "org.jacoco.agent" % jacoco % Coverage classifier "runtime",
      "org.jacoco" % "org.jacoco.cli" % jacoco % Coverage classifier "nodeps"
    ) else Nil),
    Test / javaOptions ++= (if (isCoverageWanted) Seq(s"-javaagent:${coverageJar("agent").value}=destfile=${target.value}/coverage.exec,includes=org.apache.predictionio.*") else Nil),
    coverageReport := {
      val files = Seq("--classfiles" -> (Compile / classDirectory).value, "--csv" -> target.value / "coverage.csv")
      val report = Seq("-jar", coverageJar("cli").value.getPath, "report", s"${target.value}/coverage.exec", "--quiet")
      val status = Fork.java(ForkOptions(), report ++ files.flatMap { case (name, file) => Seq(name, file.getPath) })
      if (status != 0) sys.error(s"JaCoCo's report ended with status $status.")
    },
    inConfig(DatabaseTest)(Defaults.testTasks),
    Test / testOptions := Seq(Tests.Filter(name => !name.endsWith("DatabaseSuite"))),
    DatabaseTest / testOptions := Seq(Tests.Filter(_.endsWith("DatabaseSuite")))
  )

def coverageJar(module: String) = Def.task {
  val found = update.value.select(configurationFilter("coverage"), moduleFilter(name = s"org.jacoco.$module"), artifactFilter())
  found.headOption.getOrElse(sys.error(s"JaCoCo's $module was not resolved: set PIO_RUNTIME_COVERAGE."))
}

// What Spark needs opened on Java 17 and later (its own JavaModuleOptions), and a stack that holds deep lineages.
lazy val openedModules = Seq("-Xss4m", "-Xmx1g") ++ Seq(
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.io",
  "java.net",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "sun.nio.ch",
  "sun.nio.cs",
  "sun.security.action",
  "sun.util.calendar"
).map(name => s"--add-opens=java.base/$name=ALL-UNNAMED")
