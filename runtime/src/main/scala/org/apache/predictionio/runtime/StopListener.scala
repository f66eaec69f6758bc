package org.apache.predictionio.runtime

import org.apache.predictionio.runtime.link.Link

import org.json4s._

/** Listens while a job runs: stops it when told to, and ends the process at once when the native process is gone. */
private[runtime] class StopListener(link: Link) {
  @volatile private var stopping = false
  @volatile private var ended = false
  private val worker = Thread.currentThread

  /** True where the job was told to stop, or the process was. */
  def isStopping: Boolean = stopping || StopListener.isShuttingDown

  /** Begins to listen. */
  def start(): Unit = StopListener.daemon("link") {
    link.received.foreach(message => if (message \ "type" == JString("stop")) stop())
    StopListener.endNow()
  }

  /** The job has ended; what comes in from now on is too late. */
  def end(): Unit = ended = true

  /** Cancels what Spark does, again and again, because an engine may go on with the next job; in the end gives up. */
  private def stop(): Unit = if (!stopping) {
    stopping = true
    StopListener.daemon("stop") {
      (0 until StopListener.StopSeconds).foreach { _ =>
        SparkContexts.cancelJobs()
        worker.interrupt()
        Thread.sleep(1000)
      }
      if (!ended) Runtime.getRuntime.halt(1)
    }
  }
}

private[runtime] object StopListener {

  /** How long a job may take to stop. */
  val StopSeconds = 20

  /** Ends the process; temporary files are removed if that is quickly done. */
  def endNow(): Unit =
    try {
      daemon("halt") {
        Thread.sleep(3000)
        Runtime.getRuntime.halt(1)
      }
      System.exit(1)
    } catch { case _: Throwable => Runtime.getRuntime.halt(1) }

  /** True once a signal has ended the process but for its last work, when no hook can be added any more. */
  private def isShuttingDown: Boolean = {
    val hook = new Thread
    try {
      Runtime.getRuntime.addShutdownHook(hook)
      !Runtime.getRuntime.removeShutdownHook(hook)
    } catch { case _: IllegalStateException => true }
  }

  /** Runs something in a thread that does not keep the process alive. */
  def daemon(name: String)(work: => Unit): Unit = {
    val thread = new Thread(() => work, name)
    thread.setDaemon(true)
    thread.start()
  }
}
