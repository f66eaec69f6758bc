package org.apache.predictionio.workflow

import java.util.concurrent.ConcurrentLinkedDeque

/** What engines want done when a workflow has ended, well or not; for example to close their own connections. */
object CleanupFunctions {
  private val functions = new ConcurrentLinkedDeque[() => Unit]

  /** Adds a function. */
  def add(anonFun: () => Unit): Unit = functions.addLast(anonFun)

  /** Runs the functions in the order in which they were added, each once, whatever the others throw. */
  def run(): Unit =
    Iterator.continually(functions.pollFirst()).takeWhile(_ != null).foreach { function =>
      try function()
      catch { case e: Exception => WorkflowLog.log.warn("A cleanup function of the engine failed.", e) }
    }
}
