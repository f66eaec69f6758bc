package org.apache.predictionio.data.storage.jdbc

import org.joda.time.{DateTime, DateTimeZone}

import java.sql.{Connection, PreparedStatement, ResultSet, Timestamp, Types}
import java.util.{Calendar, TimeZone}

/** Runs statements with bound parameters. Times are stored as UTC, whatever zone this machine is in. */
private[jdbc] object Sql {

  /** Runs a query and reads all its rows. */
  def rows[T](connection: Connection, sql: String, parameters: Any*)(read: ResultSet => T): List[T] =
    prepared(connection, sql) { statement =>
      bind(statement, parameters)
      val result = statement.executeQuery()
      val rows = List.newBuilder[T]
      while (result.next()) rows += read(result)
      rows.result()
    }

  /** Runs a query that gives one row at most. */
  def row[T](connection: Connection, sql: String, parameters: Any*)(read: ResultSet => T): Option[T] =
    rows(connection, sql, parameters: _*)(read).headOption

  /** Runs a statement and returns how many rows it changed. */
  def update(connection: Connection, sql: String, parameters: Any*): Int =
    prepared(connection, sql) { statement =>
      bind(statement, parameters)
      statement.executeUpdate()
    }

  /** Lends a statement. */
  def prepared[T](connection: Connection, sql: String)(work: PreparedStatement => T): T = {
    val statement = connection.prepareStatement(sql)
    try work(statement)
    finally statement.close()
  }

  /** Binds parameters, from the first on. */
  def bind(statement: PreparedStatement, parameters: Seq[Any]): Unit =
    parameters.zipWithIndex.foreach { case (value, index) => bind(statement, index + 1, value) }

  /** A stored time. */
  def time(result: ResultSet, column: Int, zone: DateTimeZone = DateTimeZone.UTC): DateTime =
    new DateTime(result.getTimestamp(column, utc).getTime, zone)

  /** A calendar of UTC; the driver changes it, so each call makes one. */
  def utc: Calendar = Calendar.getInstance(TimeZone.getTimeZone("UTC"))


  private def bind(statement: PreparedStatement, index: Int, value: Any): Unit = value match {
    case None | null => statement.setNull(index, Types.VARCHAR)
    case Some(inner) => bind(statement, index, inner)
    case time: DateTime => statement.setTimestamp(index, new Timestamp(time.getMillis), utc)
    case bytes: Array[Byte] => statement.setBytes(index, bytes)
    case names: Array[String] =>
      statement.setArray(index, statement.getConnection.createArrayOf("text", names.asInstanceOf[Array[AnyRef]]))
    case number: Int => statement.setInt(index, number)
    case text => statement.setString(index, text.toString)
  }
}
