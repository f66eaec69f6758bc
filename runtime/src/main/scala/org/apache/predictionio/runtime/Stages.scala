package org.apache.predictionio.runtime

import org.apache.predictionio.workflow.WorkflowInterruption

import org.apache.spark.SparkException

import java.io.NotSerializableException
import java.sql.SQLException

/** Runs the engine's code and says of a failure in which part of the work it came about. */
private[predictionio] object Stages {

  /** Runs a part of the work.
    *
    * @param failure says that this part could not be done
    */
  def run[T](failure: String)(work: => T): T =
    try work
    catch {
      case e: UserError => throw e
      case e: WorkflowInterruption => throw e
      case e: InterruptedException => throw e
      case e: Throwable if !fatal(e) => throw translated(failure, e)
    }

  /** Evaluates one of several sets of parameters, and says of a failure with which. An app or a database that is missing has
    * nothing to do with one set: it is told as `pio train` tells it.
    */
  def parameterSet[T](number: Int, of: Int)(work: => T): T =
    try run("its answers could not be evaluated")(work)
    catch {
      case e: UserError if OfNoSet(e.code) => throw e
      case e: UserError => throw Errors.inParameterSet(number, of, e)
    }

  private val OfNoSet = Set("app-not-found", "database")

  /** Runs a check by the engine of what it was given: what it throws itself means that the data are not as it needs them;
    * what Spark throws, that they could not be had.
    */
  def check(failure: String)(work: => Unit): Unit =
    try work
    catch {
      case e: InterruptedException => throw e
      case e @ (_: Exception | _: AssertionError) =>
        throw if (e.isInstanceOf[SparkException] || SparkContexts.isStopped) translated(failure, e)
        else explained(causesOf(e)).getOrElse(Errors.noData(failure, e))
    }

  private def translated(failure: String, e: Throwable): UserError = {
    val causes = causesOf(e)
    explained(causes).getOrElse {
      if (isEmptyData(causes)) Errors.noData(failure, e)
      else if (SparkContexts.isStopped) Errors.sparkStopped(e)
      else if (causes.exists(isNotSerializable)) Errors.notSerializable(failure, e, unserializable(causes))
      else if (isSpark(e)) Errors.spark(e)
      else unlinked(causes).map(Errors.linkage(failure, _)).getOrElse(Errors.engineFailed(failure, e))
    }
  }

  private def causesOf(e: Throwable): Seq[Throwable] =
    Iterator.iterate(e)(_.getCause).takeWhile(_ != null).take(20).toSeq

  /** What was explained already where it happened, and what the database said. */
  private def explained(causes: Seq[Throwable]): Option[UserError] = {
    val known = causes.collectFirst { case error: UserError => error }
    known.orElse(causes.collectFirst { case error: SQLException => Errors.databaseFailed(error) })
  }

  /** Engines of all kinds say so when there is nothing to learn from. */
  private def isEmptyData(causes: Seq[Throwable]): Boolean = causes.exists { cause =>
    val text = Option(cause.getMessage).getOrElse("")
    text.contains("empty collection") || text.contains("cannot be empty") || text.contains("RDD is empty") ||
    text.contains("No data") || text.contains("empty.reduceLeft") || text.contains("nothing to fit")
  }

  /** That a class, a method or native code was not found; not that a class's own code failed when it was loaded. */
  private def unlinked(causes: Seq[Throwable]): Option[LinkageError] = causes.collectFirst {
    case error: LinkageError if !causes.exists(_.isInstanceOf[ExceptionInInitializerError]) => error
  }

  private def isNotSerializable(cause: Throwable): Boolean =
    cause.isInstanceOf[NotSerializableException] ||
      Option(cause.getMessage).exists(message => message.contains("not serializable"))

  /** The class that Spark wanted to send: the whole message of Java's exception, the end of a line of Spark's. */
  private def unserializable(causes: Seq[Throwable]): Option[String] = {
    val messages = causes.flatMap(cause => Option(cause.getMessage))
    val result = messages.flatMap(message => NotSerializableResult.findFirstMatchIn(message)).map(_.group(1))
    (causes.collect { case e: NotSerializableException => e.getMessage.takeWhile(!_.isWhitespace) } ++ result).headOption
  }

  private val NotSerializableResult = """not serializable result: (\S+)""".r

  private def isSpark(e: Throwable): Boolean =
    e.isInstanceOf[SparkException] && e.getCause == null && !Option(e.getMessage).exists(_.contains("Lost task"))

  private def fatal(e: Throwable): Boolean = e match {
    case _: StackOverflowError | _: LinkageError | _: NotImplementedError | _: AssertionError | _: OutOfMemoryError =>
      false
    case _: VirtualMachineError | _: ThreadDeath => true
    case _ => false
  }
}
