package org.apache.predictionio.runtime

import org.apache.spark.SparkContext
import org.apache.spark.util.LongAccumulator

import java.util.concurrent.atomic.{AtomicInteger, AtomicLong}

/** Tells how far a job is. */
object Progress {

  /** Is told the stage, a message, and where known how much of how much is done. */
  type Listener = (String, String, Option[Long], Option[Long]) => Unit

  @volatile private var listener: Listener = (_, _, _, _) => ()
  private val steps = new AtomicInteger
  private val told = new AtomicLong
  @volatile private var events: LongAccumulator = _

  /** Sets who is told. */
  def listen(to: Listener): Unit = listener = to

  /** A stage begins: read, prepare, train, save, evaluate, predict or load. */
  def stage(name: String, message: String): Unit = {
    steps.set(0)
    listener(name, message, None, None)
  }

  /** One more of so many steps of a stage is done. */
  def step(name: String, what: String, total: Int): Unit = {
    val done = steps.incrementAndGet()
    listener(name, s"$what: $done of $total", Some(done.toLong), Some(total.toLong))
  }

  /** Counts the events that are read, on all machines. */
  def eventsRead(sc: SparkContext): LongAccumulator = synchronized {
    if (events == null) events = sc.longAccumulator("events read")
    events
  }

  /** Tells how many events have been read, where that has changed. */
  def tellEvents(): Unit = Option(events).map(_.sum).filter(_ != told.get).foreach { count =>
    told.set(count)
    listener("read", s"$count events read", Some(count), None)
  }

  /** Forgets the counts of an ended Spark context. */
  def reset(): Unit = synchronized(events = null)
}
