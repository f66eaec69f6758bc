package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.{Model, Models}

import java.sql.Connection

/** Models in PostgreSQL: in one value as PIO stores them, or in chunks where they are too large for that. */
private[predictionio] class JDBCModels(connections: Connections) extends Models {

  override def insert(m: Model): Unit = connections.transaction(JDBCModels.insert(_, m))

  override def get(id: String): Option[Model] = connections.transaction(JDBCModels.get(_, id))

  override def delete(id: String): Unit = connections.transaction(JDBCModels.delete(_, id))
}

private[jdbc] object JDBCModels {
  private val LargestValue = 512 * 1024 * 1024
  private val Chunk = 64 * 1024 * 1024

  /** Stores models in the place of those that were stored with this id. */
  def insert(connection: Connection, m: Model): Unit = {
    delete(connection, m.id)
    val whole = m.models.length <= LargestValue
    Sql.update(
      connection,
      "INSERT INTO pio_model_models (id, models) VALUES (?, ?)",
      m.id,
      if (whole) m.models else Array.emptyByteArray
    )
    if (!whole) insertChunks(connection, m)
  }

  /** The models with this id. */
  def get(connection: Connection, id: String): Option[Model] =
    Sql.row(connection, "SELECT models FROM pio_model_models WHERE id = ?", id)(_.getBytes(1)).map {
      case Array() => Model(id, chunks(connection, id))
      case bytes => Model(id, bytes)
    }

  /** Removes models. */
  def delete(connection: Connection, id: String): Unit =
    Seq("pio_model_models", "pio_model_chunks").foreach { table =>
      Sql.update(connection, s"DELETE FROM $table WHERE id = ?", id)
    }

  private def insertChunks(connection: Connection, m: Model): Unit =
    (0 to (m.models.length - 1) / Chunk).foreach { seq =>
      val chunk = m.models.slice(seq * Chunk, math.min((seq + 1L) * Chunk, m.models.length.toLong).toInt)
      Sql.update(connection, "INSERT INTO pio_model_chunks (id, seq, chunk) VALUES (?, ?, ?)", m.id, seq, chunk)
    }

  private def chunks(connection: Connection, id: String): Array[Byte] = {
    val length = Sql
      .row(connection, "SELECT coalesce(sum(octet_length(chunk)), 0) FROM pio_model_chunks WHERE id = ?", id)(_.getLong(1))
      .getOrElse(0L)
    val all = new Array[Byte](Math.toIntExact(length))
    val count = (length + Chunk - 1) / Chunk
    (0 until count.toInt).foreach { seq =>
      val sql = "SELECT chunk FROM pio_model_chunks WHERE id = ? AND seq = ?"
      Sql.row(connection, sql, id, seq)(_.getBytes(1)).foreach(bytes => bytes.copyToArray(all, seq * Chunk))
    }
    all
  }
}
