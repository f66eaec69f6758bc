package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.Event
import org.apache.predictionio.runtime.{DatabaseSettings, LeftOutEvents}

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

/** Events of a table, read by several tasks at once, each with its own slice, connection and server-side cursor.
  *
  * Each task sees the table as it is when the task begins. Events are only ever added, so that reading while events come
  * in finds all older ones, and of the new ones some.
  */
private[jdbc] class EventsRDD(
  sc: SparkContext,
  query: EventQuery,
  slices: Seq[Slice],
  read: LongAccumulator,
  leftOut: LeftOutEvents
) extends RDD[Event](sc, Nil) {

  override protected def getPartitions: Array[Partition] = slices.toArray

  override def compute(split: Partition, context: TaskContext): Iterator[Event] = {
    val slice = split.asInstanceOf[Slice]
    if (slice.isEmpty) Iterator.empty
    else {
      val connection = EventsRDD.open(query.settings)
      context.addTaskCompletionListener[Unit](_ => Connections.close(connection))
      new RowIterator(EventsRDD.execute(connection, query, slice), query.rows.reader(query.table, leftOut.add), read)
    }
  }
}

/** Runs the reading. */
private[jdbc] object EventsRDD {

  private val RowsOfAFetch = 2000

  private def open(settings: DatabaseSettings): Connection = {
    // A negative threshold makes the server send numbers and times in binary form from the first row on.
    val connection = Connections.open(settings, "prepareThreshold" -> "-1")
    connection.setAutoCommit(false)
    connection.setReadOnly(true)
    connection
  }

  private def execute(connection: Connection, query: EventQuery, slice: Slice): ResultSet = {
    val (where, values) = EventFilter.where(slice.conditions ++ query.filter.conditions)
    val statement = connection.prepareStatement(s"SELECT ${query.rows.columns} FROM ${query.table.name}$where")
    Sql.bind(statement, values)
    statement.setFetchSize(RowsOfAFetch)
    statement.executeQuery()
  }
}

/** The events of a result's rows, counted as they are read. */
private class RowIterator(rows: ResultSet, read: ResultSet => Option[Event], count: LongAccumulator)
    extends Iterator[Event] {
  private var ahead: Option[Event] = None
  private var ended = false

  override def hasNext: Boolean = {
    while (ahead.isEmpty && !ended) if (rows.next()) ahead = read(rows) else ended = true
    ahead.isDefined
  }

  override def next(): Event = {
    if (!hasNext) throw new NoSuchElementException("There are no more events.")
    val event = ahead.get
    ahead = None
    count.add(1L)
    event
  }
}
