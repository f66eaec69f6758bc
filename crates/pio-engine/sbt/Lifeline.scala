package piobuild

import java.io.{ FileDescriptor, FileInputStream }

/** Ends sbt when the process that started it is gone: that process holds the other end of the standard input. */
object Lifeline {

  /** Begins to watch. */
  def watch(): Unit = {
    val thread = new Thread(() => waitForEnd(), "pio-lifeline")
    thread.setDaemon(true)
    thread.start()
  }

  private def waitForEnd(): Unit = {
    val input = new FileInputStream(FileDescriptor.in)
    while (input.read() >= 0) ()
    Runtime.getRuntime.halt(1)
  }
}
