// Everything the runtime and engines see on their class path comes from one folder, the closure's jars.
val closureJars = file(sys.env.getOrElse("PIO_CLOSURE_JARS", sys.error("Set PIO_CLOSURE_JARS to the folder that holds the closure's jars.")))

lazy val DatabaseTest = config("database").extend(Test)

lazy val runtime = (project in file("."))
  .configs(DatabaseTest)
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
    libraryDependencies += ("org.scalameta" %% "munit" % "1.0.0" % Test).exclude("org.scala-lang", "scala-library"),
    scalacOptions ++= Seq(
      "-deprecation",
      "-feature",
      "-unchecked",
      "-encoding",
      "UTF-8",
      "-language:higherKinds,existentials,implicitConversions",
      "-Xlint:_,-missing-interpolator,-type-parameter-shadow",
      "-Xfatal-warnings"
    ),
    Compile / packageSrc / publishArtifact := false,
    Compile / packageDoc / publishArtifact := false,
    Test / fork := true,
    Test / parallelExecution := false,
    Test / javaOptions ++= openedModules,
    inConfig(DatabaseTest)(Defaults.testTasks),
    Test / testOptions := Seq(Tests.Filter(name => !name.endsWith("DatabaseSuite"))),
    DatabaseTest / testOptions := Seq(Tests.Filter(_.endsWith("DatabaseSuite")))
  )

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
