package org.apache.predictionio.runtime

import org.apache.predictionio.controller.Params
import org.apache.predictionio.runtime.json.JsonFault

import java.sql.SQLException

/** All that users read when something goes wrong: what happened, why, and what to do. */
private[predictionio] object Errors {

  /** The file whose parameters are read, for messages; set when the runtime starts. */
  @volatile var variantFile: String = "engine.json"

  def badSpec(why: String, cause: Throwable = null): UserError =
    new UserError("bad-spec", "The runtime was started wrongly.", why, "Start it with the pio command.", cause)

  def messageTooLong(bytes: Int, most: Int): UserError = new UserError(
    "engine-failed",
    "The engine's answer is too large.",
    s"It has $bytes bytes; at most $most can be given.",
    "Ask for less, such as a smaller num."
  )

  def noDatabase: UserError = new UserError(
    "database",
    "There is no database to use.",
    "Neither this process nor the task that it runs was given one.",
    "Start the engine with the pio command."
  )

  def databaseDown(settings: DatabaseSettings, cause: SQLException): UserError = new UserError(
    "database",
    s"The database at ${settings.url.takeWhile(_ != '?')} cannot be used.",
    sentence(cause.getMessage),
    "Check that it runs and that DATABASE_URL is right.",
    cause
  )

  def databaseFailed(cause: SQLException): UserError = new UserError(
    "database",
    "The database could not do what it was asked for.",
    sentence(cause.getMessage),
    "Check the database's log, and try again.",
    cause
  )

  def noApp(name: String): UserError = new UserError(
    "app-not-found",
    s"There is no app named '$name'.",
    s"The engine reads the events of the app that appName names in $variantFile (or in its code), but the database has no such app.",
    s"Change appName, or make the app with: pio app new $name"
  )

  /** Classes written in Java may leave a parameter null. */
  def noAppName: UserError = new UserError(
    "missing-parameter",
    "The engine names no app.",
    s"It reads the events of the app that appName names in $variantFile (or in its code), and appName is missing or null.",
    """Set it, such as: "params": { "appName": "MyApp" }"""
  )

  def noChannel(app: String, channel: String): UserError = new UserError(
    "app-not-found",
    s"The app '$app' has no channel named '$channel'.",
    s"The engine reads the events of the channel that its parameters in $variantFile (or its code) name.",
    s"Change the channel's name, or make the channel with: pio app channel-new $app $channel"
  )

  def noEventTable(appId: Int, channelId: Option[Int]): UserError = {
    val where = channelId.map(id => s"channel $id of app $appId").getOrElse(s"app $appId")
    new UserError(
      "app-not-found",
      s"There is no table for the events of $where.",
      "Either there is no such app or channel, or its making was interrupted.",
      "Look at pio app list; make the app or channel anew where it is damaged."
    )
  }

  def noFactory(name: String, cause: Throwable): UserError = new UserError(
    "factory-not-found",
    s"The engine factory $name was not found.",
    because(cause, s"$variantFile names it in engineFactory, but the engine has no such object or class"),
    "Correct engineFactory (with the package), and build the engine again with: pio build",
    cause
  )

  def noEvaluation(name: String, cause: Throwable): UserError = new UserError(
    "factory-not-found",
    s"The evaluation $name was not found.",
    because(cause, "The engine has no such object or class that is an Evaluation"),
    "Correct the name (with the package), and build the engine again with: pio build",
    cause
  )

  def noGenerator(name: String, cause: Throwable): UserError = new UserError(
    "factory-not-found",
    s"The generator of engine parameters $name was not found.",
    because(cause, "The engine has no such object or class that is an EngineParamsGenerator"),
    "Correct the name (with the package), and build the engine again with: pio build",
    cause
  )

  def noGeneratorNamed(evaluation: String): UserError = new UserError(
    "factory-not-found",
    s"No sets of parameters are given for $evaluation.",
    "It is not an EngineParamsGenerator itself, and no generator was named.",
    s"Name one: pio eval $evaluation <class of the EngineParamsGenerator>"
  )

  def badSection(section: String, why: String): UserError = new UserError(
    "bad-variant",
    s"The section '$section' of $variantFile is wrong.",
    s"It $why.",
    """A section looks like this: "datasource": { "params": { "appName": "MyApp" } }"""
  )

  def noEngineParams(factory: String, key: String): UserError = new UserError(
    "bad-parameter",
    s"The engine has no parameters for the key '$key'.",
    s"$factory gives none with an algorithm in engineParams(key).",
    "Name a key that the engine's code knows with --engine-params-key, or leave the option away to use engine.json."
  )

  /** A failure while one of several sets of parameters was evaluated. */
  def inParameterSet(number: Int, of: Int, error: UserError): UserError = new UserError(
    error.code,
    s"Set $number of $of of the engine's parameters cannot be evaluated. ${error.what}",
    error.why,
    error.hint,
    error
  )

  def noAlgorithms: UserError = new UserError(
    "bad-variant",
    s"The section 'algorithms' of $variantFile is empty.",
    "Without an algorithm there is nothing to train.",
    """Name one, such as: "algorithms": [ { "name": "als", "params": { "rank": 10 } } ]"""
  )

  def unknownPart(section: String, name: String, known: Seq[String]): UserError = unknownPart(
    s"The section '$section' of $variantFile names '$name', which the engine does not have.",
    known,
    "Correct the name in the section."
  )

  def unknownPartInCode(section: String, name: String, known: Seq[String]): UserError = unknownPart(
    s"The parameters that the engine's code gives for '$section' name '$name', which the engine does not have.",
    known,
    "Correct the name in the code."
  )

  private def unknownPart(what: String, known: Seq[String], hint: String): UserError = new UserError(
    "bad-variant",
    what,
    if (known.isEmpty) "The engine has none."
    else s"The engine has: ${known.sorted.map("'" + _ + "'").mkString(", ")}.",
    hint
  )

  def badParameter(section: String, name: String, cls: Class[_], fault: JsonFault): UserError = {
    val part = if (name.isEmpty) section else s"$section '$name'"
    val code = if (fault.missing.nonEmpty) "missing-parameter" else "bad-parameter"
    val fields = fault.faults.map("\"" + _.path + "\"").mkString(", ")
    val what =
      if (fault.missing.nonEmpty) s"A parameter of $part is missing in $variantFile: $fields."
      else s"A parameter of $part in $variantFile is wrong${if (fields.isEmpty) "" else s": $fields"}."
    new UserError(
      code,
      what,
      s"${fault.getMessage} The engine asks for it in its class ${cls.getName}.",
      s"Set it in 'params' of the section '$section'.",
      fault
    )
  }

  def noConstructor(cls: Class[_], params: Params): UserError = new UserError(
    "engine-failed",
    s"${cls.getName} cannot be made.",
    s"It has neither a public constructor that takes ${params.getClass.getName} nor one that takes nothing.",
    "Let its constructor take one object of parameters, or nothing."
  )

  def constructorFailed(cls: Class[_], cause: Throwable): Throwable = cause match {
    case known: UserError => known
    case error: Error => error
    case _ => new UserError(
        "engine-failed",
        s"${cls.getName} failed when it was made.",
        sentence(describe(cause)),
        "This comes from the engine's own code: look at its parameters, then at its source.",
        cause
      )
  }

  def noLoader(className: String): UserError = new UserError(
    "model-not-found",
    s"The model of class $className cannot be loaded.",
    "Its class has neither a companion object that is a PersistentModelLoader nor a static method load(String, Params, SparkContext).",
    "Add one of them to the engine, build it and train again."
  )

  def cannotLoad(className: String, cause: Throwable): UserError = new UserError(
    "model-not-found",
    s"The model of class $className could not be loaded.",
    s"The engine stores this model itself, outside of the database, and its loader failed: ${sentence(describe(cause))}",
    "If it was stored on another machine or in a folder that is gone (such as /tmp), train on this machine, or let the engine store it where both can read it.",
    cause
  )

  def noModel(instanceId: String): UserError = new UserError(
    "model-not-found",
    s"There is no model for engine instance $instanceId.",
    "Its training did not end well, or its model was removed.",
    "Train again with: pio train"
  )

  def noInstance(instanceId: String): UserError = new UserError(
    "model-not-found",
    s"There is no engine instance $instanceId.",
    "It was never trained with this database, or it was removed.",
    "Train with: pio train"
  )

  def incompatibleModel(instanceId: String, cause: Throwable): UserError = new UserError(
    "model-incompatible",
    s"The model of engine instance $instanceId cannot be read.",
    if (cause == null) "It was trained by PredictionIO itself, whose models are of another version of Scala."
    else s"The engine's classes have changed since it was trained, or it is damaged: ${sentence(describe(cause))}",
    "Train again with: pio train",
    cause
  )

  def engineFailed(stage: String, cause: Throwable): UserError = new UserError(
    "engine-failed",
    s"The engine failed: $stage.",
    sentence(describe(cause)),
    "This comes from the engine's own code: look at the data it reads and at its parameters, then at its source.",
    cause
  )

  def notSerializable(stage: String, cause: Throwable, className: Option[String]): UserError = new UserError(
    "engine-failed",
    s"The engine failed: $stage.",
    s"Spark must send ${className.getOrElse("an object")} from one process to another, but it is not serializable.",
    "Let its class extend Serializable, or mark fields that need not be sent as @transient lazy val.",
    cause
  )

  def noData(stage: String, cause: Throwable): UserError = new UserError(
    "no-data",
    s"The engine refuses the data: $stage.",
    sentence(describe(cause)),
    "Check with the event server that the app has the events this engine reads.",
    cause
  )

  def spark(cause: Throwable): UserError = new UserError(
    "spark",
    "Spark could not do its work.",
    sentence(withoutClass(describe(cause))),
    "Check the options after \"--\", the master and its workers.",
    cause
  )

  def sparkStopped(cause: Throwable): UserError = new UserError(
    "spark",
    "Spark was stopped in the middle of the work.",
    "On a cluster, its master is gone or has ended this application, as it does where executors fail again and again; " +
      "on one machine, only the engine itself can have stopped it.",
    "Look at the master's page and at its workers' logs, and whether they have as much memory as --executor-memory asks for; then start it again.",
    cause
  )

  def interrupted: UserError = new UserError(
    "interrupted",
    "The work was stopped before its end.",
    "The pio command was asked to stop.",
    "Start it again; nothing half-done was kept."
  )

  def badInput(file: String, cause: Throwable): UserError = new UserError(
    "bad-parameter",
    s"The queries in $file cannot be read.",
    sentence(describe(cause)),
    "Name a file with one query in JSON on each line with: --input",
    cause
  )

  def noQueries(file: String): UserError = new UserError(
    "bad-parameter",
    s"No line of $file is a query of this engine.",
    "Each line was tried, and nothing was predicted.",
    "Name a file with one query in JSON on each line, as queries.json takes it, with: --input"
  )

  def badOutput(path: String, why: String, cause: Throwable = null): UserError =
    new UserError(
      "bad-parameter",
      s"The predictions cannot be written to $path.",
      why,
      "Name another place with: --output",
      cause
    )

  def outOfMemory(cause: Throwable): UserError = new UserError(
    "engine-failed",
    "There is not enough memory for this engine with this data.",
    "The JVM's heap is full.",
    "Give it more memory, for example with: -- --driver-memory 4g",
    cause
  )

  def tooSmallForSpark(cause: Throwable): UserError = new UserError(
    "engine-failed",
    "The JVM's heap is too small for Spark.",
    // Spark's words end with advice of its own.
    sentence(withoutClass(describe(cause)).takeWhile(_ != '.')),
    "Give it more memory, for example with: -- --driver-memory 1g",
    cause
  )

  def notDeployable(cls: Class[_]): UserError = new UserError(
    "engine-failed",
    s"The engine ${cls.getName} cannot be deployed.",
    "It extends BaseEngine itself; only an Engine of a data source, a preparator, algorithms and a serving can be deployed.",
    "Let the factory make an Engine."
  )

  def internal(cause: Throwable): UserError = new UserError(
    "internal",
    "Internal error.",
    sentence(describe(cause)),
    "Please report it, with the details that --verbose shows.",
    cause
  )

  def linkage(stage: String, cause: LinkageError): UserError = new UserError(
    "engine-failed",
    s"The engine failed: $stage.",
    "A library that the engine uses needs what is not there, or not as it expects it: " +
      s"${cause.getClass.getSimpleName}: ${sentence(describe(cause))}",
    "Name in build.sbt a version of that library for Scala 2.12 and Spark 3.5; where native code is missing, install what the log says, or take a version that brings it.",
    cause
  )

  /** An exception in the words of its message, else of its class; of a job that Spark gave up, the exception of its task. */
  def describe(e: Throwable): String = {
    val inSpark = Option(e.getMessage).forall(_.startsWith("Job aborted"))
    val error = if (inSpark) Option(e.getCause).getOrElse(e) else e
    val last = Iterator.iterate(error)(_.getCause).takeWhile(_ != null).take(20).toSeq.last
    val (words, reason) = (inWords(error), inWords(last))
    if (!inSpark || words.contains(reason)) words else s"$words ($reason)"
  }

  private def inWords(error: Throwable): String = {
    val message = Option(error.getMessage).map(_.linesIterator.take(3).mkString(" ").trim).filter(_.nonEmpty)
    message.map(_.stripPrefix("requirement failed: ")).getOrElse(error.getClass.getSimpleName)
  }

  /** Spark's words without the name of their class in brackets. */
  private def withoutClass(words: String): String = words.replaceFirst("^\\[[A-Z_.]+\\] ", "")

  private def sentence(text: String): String = {
    val trimmed = Option(text).map(_.trim).filter(_.nonEmpty).getOrElse("No reason was given")
    if (".!?".contains(trimmed.last)) trimmed else trimmed + "."
  }

  private def because(cause: Throwable, otherwise: String): String = cause match {
    case null | _: ClassNotFoundException => otherwise + "."
    case e => sentence(describe(e))
  }
}
