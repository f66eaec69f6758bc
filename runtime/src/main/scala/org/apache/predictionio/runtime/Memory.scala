package org.apache.predictionio.runtime

/** Whether memory that was short is short for good. */
private[runtime] object Memory {

  /** Java's words for what no collection of garbage gives back. */
  private val Lasting = Seq("Metaspace", "Compressed class space", "native thread")

  /** How much of the heap may be in use when all garbage is collected. */
  private val Full = 0.9

  /** True after an error for want of memory that will come again: what the failed work took is garbage now, and still there
    * is no room.
    */
  def isExhausted(e: Throwable): Boolean = {
    val errors = Iterator.iterate(e)(_.getCause).takeWhile(_ != null).take(20).collect { case m: OutOfMemoryError => m }
    errors.exists { error =>
      val words = Option(error.getMessage).getOrElse("")
      Lasting.exists(words.contains) || isHeapFull
    }
  }

  private def isHeapFull: Boolean = {
    System.gc()
    val runtime = Runtime.getRuntime
    runtime.totalMemory - runtime.freeMemory > Full * runtime.maxMemory
  }
}
