package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.{Model, Models}

import java.io.{ByteArrayInputStream, InputStream, SequenceInputStream}
import java.nio.file.{Files, Path}
import java.sql.Connection
import scala.collection.JavaConverters._

/** Models in PostgreSQL: in one value as PIO stores them, or in chunks where they are too large for that. */
private[predictionio] class JDBCModels(connections: Connections) extends Models {

  override def insert(m: Model): Unit =
    connections.transaction(JDBCModels.insert(_, m.id, new ByteArrayInputStream(m.models), m.models.length.toLong))

  override def get(id: String): Option[Model] = read(id)(stream => Model(id, stream.readAllBytes()))

  override def delete(id: String): Unit = connections.transaction(JDBCModels.delete(_, id))

  /** Reads models as a stream, which holds one chunk at a time in memory. */
  def read[T](id: String)(work: InputStream => T): Option[T] =
    connections.transaction(connection => JDBCModels.open(connection, id).map(work))
}

private[jdbc] object JDBCModels {
  private val LargestValue = 512L * 1024 * 1024
  private val Chunk = 64 * 1024 * 1024

  /** Stores the models in a file in the place of those that were stored with this id. */
  def insert(connection: Connection, id: String, file: Path): Unit = {
    val stream = Files.newInputStream(file)
    try insert(connection, id, stream, Files.size(file))
    finally stream.close()
  }

  /** Stores models in the place of those that were stored with this id. */
  def insert(connection: Connection, id: String, models: InputStream, length: Long): Unit = {
    delete(connection, id)
    val whole = length <= LargestValue
    val statement = connection.prepareStatement("INSERT INTO pio_model_models (id, models) VALUES (?, ?)")
    try {
      statement.setString(1, id)
      if (whole) statement.setBinaryStream(2, models, length) else statement.setBytes(2, Array.emptyByteArray)
      statement.executeUpdate()
    } finally statement.close()
    if (!whole) insertChunks(connection, id, models)
  }

  /** The models with this id. */
  def open(connection: Connection, id: String): Option[InputStream] =
    Sql.row(connection, "SELECT models FROM pio_model_models WHERE id = ?", id)(_.getBytes(1)).map {
      case Array() => chunks(connection, id)
      case bytes => new ByteArrayInputStream(bytes)
    }

  /** Removes models. */
  def delete(connection: Connection, id: String): Unit =
    Seq("pio_model_models", "pio_model_chunks").foreach { table =>
      Sql.update(connection, s"DELETE FROM $table WHERE id = ?", id)
    }

  private def insertChunks(connection: Connection, id: String, models: InputStream): Unit =
    Iterator.continually(models.readNBytes(Chunk)).takeWhile(_.nonEmpty).zipWithIndex.foreach { case (chunk, seq) =>
      Sql.update(connection, "INSERT INTO pio_model_chunks (id, seq, chunk) VALUES (?, ?, ?)", id, seq, chunk)
    }

  private def chunks(connection: Connection, id: String): InputStream = {
    val sql = "SELECT chunk FROM pio_model_chunks WHERE id = ? AND seq = ?"
    val found = Iterator.from(0).map(Sql.row(connection, sql, id, _)(_.getBytes(1))).takeWhile(_.isDefined).flatten
    val streams = found.map(bytes => new ByteArrayInputStream(bytes): InputStream)
    new SequenceInputStream(streams.asJavaEnumeration)
  }
}
