package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.Event
import org.apache.predictionio.runtime.DatabaseSettings

import org.apache.spark.rdd.RDD
import org.apache.spark.util.LongAccumulator
import org.apache.spark.{Partition, SparkContext, TaskContext}

import java.sql.{Connection, ResultSet}

/** What is read of a table: which rows and which columns, with which settings. */
private[jdbc] case class EventQuery(
  settings: DatabaseSettings,
  table: EventTable,
  filter: EventFilter,
  rows: EventRows
)

/** Some pages of a table, from one up to but not including another; the last range is open, so that it also holds what
  * has been stored since the ranges were chosen.
  */
private[jdbc] case class PageRange(index: Int, from: Long, until: Option[Long]) extends Partition {

  /** The condition on a row's place; the numbers are ours, so nothing needs to be bound. */
  def condition: Option[String] = {
    val bounds = Option(from).filter(_ > 0).map(page => s"ctid >= '($page,0)'::tid") ++
      until.map(page => s"ctid < '($page,0)'::tid")
    if (bounds.isEmpty) None else Some(bounds.mkString(" AND "))
  }
}

/** Events of a table, read by several tasks at once, each with its own connection, range of pages and server-side cursor.
  *
  * Each task sees the table as it is when the task begins. Events are only ever added, so that reading while events come
  * in finds all older ones, and of the new ones some.
  */
private[jdbc] class EventsRDD(sc: SparkContext, query: EventQuery, ranges: Seq[PageRange], read: LongAccumulator)
    extends RDD[Event](sc, Nil) {

  override protected def getPartitions: Array[Partition] = ranges.toArray

  override def compute(split: Partition, context: TaskContext): Iterator[Event] = {
    val connection = EventsRDD.open(query.settings)
    context.addTaskCompletionListener[Unit](_ => Connections.close(connection))
    val rows = EventsRDD.execute(connection, query, split.asInstanceOf[PageRange])
    new RowIterator(rows, query.rows.reader, read)
  }
}

/** Plans and runs the reading. */
private[jdbc] object EventsRDD {

  /** Below this many pages (2 MiB) a second connection costs more than it gains. */
  private val PagesOfARange = 256L

  /** At most so many connections read a table at once. */
  private val MostRanges = 8

  private val RowsOfAFetch = 2000

  /** Divides a table into ranges of pages for so many tasks at once. */
  def ranges(pages: Long, parallelism: Int): Seq[PageRange] = {
    val count = math.max(1L, Seq(pages / PagesOfARange, parallelism.toLong, MostRanges.toLong).min)
    (0L until count).map { index =>
      val until = if (index == count - 1) None else Some(pages * (index + 1) / count)
      PageRange(index.toInt, pages * index / count, until)
    }
  }

  private def open(settings: DatabaseSettings): Connection = {
    // A negative threshold makes the server send numbers and times in binary form from the first row on.
    val connection = Connections.open(settings, "prepareThreshold" -> "-1")
    connection.setAutoCommit(false)
    connection.setReadOnly(true)
    connection
  }

  private def execute(connection: Connection, query: EventQuery, range: PageRange): ResultSet = {
    val (where, values) = EventFilter.where(range.condition.map(_ -> Nil).toSeq ++ query.filter.conditions)
    val statement = connection.prepareStatement(s"SELECT ${query.rows.columns} FROM ${query.table.name}$where")
    Sql.bind(statement, values)
    statement.setFetchSize(RowsOfAFetch)
    statement.executeQuery()
  }
}

/** The rows of a result, counted as they are read. */
private class RowIterator(rows: ResultSet, read: ResultSet => Event, count: LongAccumulator) extends Iterator[Event] {
  private var ahead = false
  private var ended = false

  override def hasNext: Boolean = {
    if (!ahead && !ended) {
      ahead = rows.next()
      ended = !ahead
    }
    ahead
  }

  override def next(): Event = {
    if (!hasNext) throw new NoSuchElementException("There are no more events.")
    ahead = false
    count.add(1L)
    read(rows)
  }
}
