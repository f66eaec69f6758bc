package org.apache.predictionio.data.storage.jdbc

import org.apache.spark.Partition
import org.joda.time.{DateTime, DateTimeZone}

import java.sql.Connection

/** A part of a table's rows, which one task reads.
  *
  * @param condition which rows, as SQL
  * @param values    what is bound to it
  * @param isEmpty   true where there were no such rows when the reading was planned
  */
private[jdbc] case class Slice(index: Int, condition: Option[String], values: Seq[Any] = Nil, isEmpty: Boolean = false)
    extends Partition {

  /** The condition in the form of the others. */
  def conditions: Seq[(String, Seq[Any])] = condition.map(_ -> values).toSeq
}

/** Divides a table into slices. */
private[jdbc] object Slices {

  /** Below this many pages (2 MiB) a second connection costs more than it gains. */
  private val PagesOfASlice = 256L

  /** At most so many connections read a table at once. */
  private val MostSlices = 8

  /** PIO reads any table in so many ranges of time. */
  private val TimeSlices = 4

  /** A large table is divided by the places of its rows, so that each task reads only its own pages. A small one is divided
    * by time just as PIO divides it, because some algorithms (those that draw samples of each partition, such as random
    * forests) learn something else when the rows lie in other partitions, and there is nothing to be gained.
    */
  def of(connection: Connection, table: EventTable, filter: EventFilter, parallelism: Int): Seq[Slice] = {
    val pages = table.pages(connection)
    if (pages < PagesOfASlice) byTime(connection, table, filter)
    else byPlace(pages, math.min(pages / PagesOfASlice, math.min(parallelism, MostSlices).toLong).toInt)
  }

  /** Ranges of pages of about the same size. The last is open, so that it also holds what is stored in the meantime. */
  def byPlace(pages: Long, count: Int): Seq[Slice] = (0 until count).map { index =>
    val from = Option(pages * index / count).filter(_ > 0).map(page => s"ctid >= '($page,0)'::tid")
    val until =
      Option(pages * (index + 1) / count).filter(_ => index < count - 1).map(page => s"ctid < '($page,0)'::tid")
    Slice(index, Some((from ++ until).mkString(" AND ")).filter(_.nonEmpty))
  }

  /** Ranges of time of the same length, from the first time that is asked for (or 1970) to the last (or in a year); the
    * first and the last are open. Those without events need no connection later.
    */
  def byTime(connection: Connection, table: EventTable, filter: EventFilter): Seq[Slice] = {
    val first = filter.startTime.map(_.getMillis).getOrElse(0L)
    val last = filter.untilTime.map(_.getMillis).getOrElse(DateTime.now(DateTimeZone.UTC).plusYears(1).getMillis)
    val bounds = (1 until TimeSlices).map(n => new DateTime(first + (last - first) / TimeSlices * n, DateTimeZone.UTC))
    val slices = (0 until TimeSlices).map { index =>
      val from = if (index == 0) None else Some("eventtime >= ?" -> bounds(index - 1))
      val until = if (index == TimeSlices - 1) None else Some("eventtime < ?" -> bounds(index))
      val both = (from ++ until).toSeq
      Slice(index, Some(both.map(_._1).mkString(" AND ")), both.map(_._2))
    }
    val exists = slices.map { slice =>
      val (where, values) = EventFilter.where(slice.conditions ++ filter.conditions)
      s"EXISTS (SELECT 1 FROM ${table.name}$where)" -> values
    }
    val sql = exists.map(_._1).mkString("SELECT ", ", ", "")
    val found =
      Sql.row(connection, sql, exists.flatMap(_._2): _*)(row => (1 to TimeSlices).map(row.getBoolean)).toSeq.flatten
    slices.zip(found).map { case (slice, isThere) => slice.copy(isEmpty = !isThere) }
  }
}
