package org.apache.predictionio.runtime

import org.apache.predictionio.data.storage.Storage
import org.apache.predictionio.runtime.json.JsonLimits

import org.apache.spark.SparkContext
import org.apache.spark.util.AccumulatorV2

import scala.util.Try

/** A stored event that was left out: the app and channel that have it, and what tells it from others. */
private[predictionio] case class LeftOutEvent(appId: Int, channelId: Option[Int], mark: Long)

/** Counts the stored events that readers leave out because an older server let in what no reader can take, and tells of
  * them. Each counts once, however often it is read.
  */
private[predictionio] object LeftOut {

  private var here = Set.empty[LeftOutEvent]
  private var inTasks: Option[LeftOutEvents] = None
  private var told = Map.empty[(Int, Option[Int]), Int]
  private var isServing = false
  @volatile private var listener: String => Unit = (_: String) => ()

  /** Sets who is told. */
  def listen(to: String => Unit): Unit = listener = to

  /** Counts an event that this process read itself. While queries are answered it is told of the first, and then ever more
    * rarely.
    */
  def add(event: LeftOutEvent): Unit = synchronized {
    if (here.size < LeftOutEvents.Most) here += event
    val isRare = Integer.bitCount(count(event.appId, event.channelId)) == 1
    if (isServing && isRare) tell()
  }

  /** What counts in tasks, on all machines. */
  def inTasks(sc: SparkContext): LeftOutEvents = synchronized {
    val known = inTasks.getOrElse {
      val made = new LeftOutEvents
      sc.register(made, "events left out")
      made
    }
    inTasks = Some(known)
    known
  }

  /** Tells of what was left out and not told yet. */
  def tell(): Unit = synchronized {
    all.map(event => (event.appId, event.channelId)).foreach { case source @ (appId, channelId) =>
      val found = count(appId, channelId)
      if (!told.get(source).contains(found)) {
        told += source -> found
        listener(words(appId, channelId, found))
      }
    }
  }

  /** From now on it is told at once, because the process does not end. */
  def serve(): Unit = synchronized {
    tell()
    isServing = true
  }

  private def all: Set[LeftOutEvent] = here ++ inTasks.fold(Set.empty[LeftOutEvent])(_.value)

  private def count(appId: Int, channelId: Option[Int]): Int =
    all.count(event => event.appId == appId && event.channelId == channelId)

  private def words(appId: Int, channelId: Option[Int], count: Int): String = {
    val name = Try(Storage.getMetaDataApps().get(appId)).toOption.flatten.map(app => s"'${app.name}'")
    val source = s"app ${name.getOrElse(appId.toString)}" + channelId.fold("")(id => s" (channel $id)")
    val events = if (count == 1) "1 event" else s"$count events"
    s"$events of $source ${if (count == 1) "was" else "were"} left out: the properties hold a number that no double can hold or " +
      s"that has more than ${JsonLimits.NumberLength} characters, or more than ${JsonLimits.Depth} levels of nesting. An older event " +
      "server let them in; delete them, or send them again with other values."
  }
}

/** Gathers the events that tasks left out. */
private[predictionio] class LeftOutEvents extends AccumulatorV2[LeftOutEvent, Set[LeftOutEvent]] {
  private var events = Set.empty[LeftOutEvent]

  override def isZero: Boolean = events.isEmpty
  override def copy(): LeftOutEvents = {
    val other = new LeftOutEvents
    other.events = events
    other
  }
  override def reset(): Unit = events = Set.empty
  override def add(event: LeftOutEvent): Unit = if (events.size < LeftOutEvents.Most) events += event
  override def merge(other: AccumulatorV2[LeftOutEvent, Set[LeftOutEvent]]): Unit = other.value.foreach(add)
  override def value: Set[LeftOutEvent] = events
}

private object LeftOutEvents {

  /** So many are counted. */
  val Most = 100000
}
