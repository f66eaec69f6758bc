package org.apache.predictionio.runtime

import java.sql.SQLException
import scala.annotation.tailrec
import scala.concurrent.duration._

/** Waits for a database that is away for a while, where giving up would lose hours of work. */
private[predictionio] object Patience {
  private val Pause = 2.seconds

  /** Does work that uses the database, again where the database was lost, until the limit.
    *
    * @param limit how long to wait in all
    * @param waiting is called whenever it is about to wait
    */
  def whileAway[T](limit: FiniteDuration)(waiting: => Unit)(work: => T): T = {
    val deadline = limit.fromNow
    @tailrec def attempt(): T = {
      val result =
        try Right(work)
        catch { case e: Exception if isAway(e) && deadline.hasTimeLeft() => Left(e) }
      result match {
        case Right(done) => done
        case Left(_) =>
          waiting
          Thread.sleep(Pause.toMillis)
          attempt()
      }
    }
    attempt()
  }

  /** Connections that broke, and a server that does not run, starts, stops, or has no connection to give. */
  private def isAway(e: Throwable): Boolean = Iterator.iterate(e)(_.getCause).takeWhile(_ != null).take(20).exists {
    case error: SQLException =>
      Option(error.getSQLState).exists(state => Seq("08", "57P", "53300").exists(state.startsWith))
    case _ => false
  }
}
