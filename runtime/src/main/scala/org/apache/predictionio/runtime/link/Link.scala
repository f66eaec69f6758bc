package org.apache.predictionio.runtime.link

import org.apache.predictionio.runtime.Errors
import org.apache.predictionio.runtime.json.JsonText

import org.json4s._

import java.io.{ByteArrayOutputStream, InputStream, PrintStream}
import java.nio.ByteBuffer
import java.nio.channels.SocketChannel
import java.nio.charset.StandardCharsets.UTF_8

/** The line to the native process that started this one: one JSON object a line, both ways. */
trait Link {

  /** Sends a message; any thread may. One that is too long is refused with a UserError. */
  def send(message: JObject): Unit

  /** The messages that come in; ends where the other side is gone. */
  def received: Iterator[JValue]
}

/** Opens the link. */
object Link {

  /** How many bytes a line may have, by the contract. */
  val Longest: Int = 64 * 1024 * 1024

  /** The socket that is this process's standard input. Where it is none, messages go to standard output, and none come in. */
  def open(): Link = System.inheritedChannel() match {
    case channel: SocketChannel =>
      System.setIn(InputStream.nullInputStream())
      new SocketLink(channel)
    case _ => new ConsoleLink(System.out)
  }
}

private class ConsoleLink(out: PrintStream) extends Link {
  override def send(message: JObject): Unit = out.println(JsonText.write(message))

  override def received: Iterator[JValue] = {
    Thread.sleep(Long.MaxValue)
    Iterator.empty
  }
}

/** Reads and writes the channel itself: streams made of a channel cannot be read and written at the same time before Java 19. */
private[runtime] class SocketLink(channel: SocketChannel, longest: Int = Link.Longest) extends Link {
  channel.configureBlocking(true)

  override def send(message: JObject): Unit = {
    val bytes = ByteBuffer.wrap((JsonText.write(message) + "\n").getBytes(UTF_8))
    val length = bytes.remaining - 1
    if (length > longest) throw Errors.messageTooLong(length, longest)
    // A channel is closed by a thread that is interrupted while it writes, and engines leave their threads so.
    val isInterrupted = Thread.interrupted()
    try channel.synchronized { while (bytes.hasRemaining) channel.write(bytes) }
    finally if (isInterrupted) Thread.currentThread.interrupt()
  }

  override def received: Iterator[JValue] = new Lines(channel).map(JsonText.parse)
}

/** The lines of a channel. */
private class Lines(channel: SocketChannel) extends Iterator[String] {
  private val buffer = ByteBuffer.allocate(1 << 16).limit(0).asInstanceOf[ByteBuffer]
  private val line = new ByteArrayOutputStream
  private var ahead: Option[String] = None
  private var ended = false

  override def hasNext: Boolean = {
    while (ahead.isEmpty && !ended) if (buffer.hasRemaining) take() else fill()
    ahead.isDefined
  }

  override def next(): String = {
    if (!hasNext) throw new NoSuchElementException("The link has ended.")
    val text = ahead.get
    ahead = None
    text
  }

  private def fill(): Unit = {
    buffer.clear()
    if (channel.read(buffer) < 0) ended = true
    buffer.flip()
    ()
  }

  private def take(): Unit = {
    val start = buffer.position()
    val end = (start until buffer.limit()).find(buffer.get(_) == '\n')
    val until = end.getOrElse(buffer.limit())
    line.write(buffer.array(), start, until - start)
    buffer.position(end.map(_ + 1).getOrElse(until))
    if (end.isDefined) {
      ahead = Some(line.toString(UTF_8.name))
      line.reset()
    }
  }
}
