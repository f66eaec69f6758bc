package org.apache.predictionio.data.storage.jdbc

import java.io.OutputStream
import java.util

/** Hands on what is written to it in chunks of one size; what fits into one chunk is kept as a whole.
  *
  * @param size   of a chunk
  * @param handOn takes a chunk and its number, from zero on
  */
private[jdbc] class ChunkedOutput(size: Int)(handOn: (Array[Byte], Int) => Any) extends OutputStream {
  private var buffer = new Array[Byte](math.min(size, 1 << 16))
  private var used = 0
  private var handedOn = 0

  override def write(byte: Int): Unit = write(Array(byte.toByte), 0, 1)

  override def write(bytes: Array[Byte], from: Int, length: Int): Unit = {
    var taken = 0
    while (taken < length) {
      if (used == size) flushChunk()
      val count = math.min(length - taken, size - used)
      grow(used + count)
      System.arraycopy(bytes, from + taken, buffer, used, count)
      used += count
      taken += count
    }
  }

  /** Hands on the last chunk where there were others.
    *
    * @return what was kept: all that was written, or nothing where that was handed on
    */
  def finish(): Array[Byte] = {
    if (handedOn > 0) flushChunk()
    util.Arrays.copyOf(buffer, used)
  }

  private def flushChunk(): Unit = {
    handOn(util.Arrays.copyOf(buffer, used), handedOn)
    handedOn += 1
    used = 0
  }

  private def grow(needed: Int): Unit =
    if (buffer.length < needed) buffer = util.Arrays.copyOf(buffer, math.min(size, math.max(needed, buffer.length * 2)))
}
