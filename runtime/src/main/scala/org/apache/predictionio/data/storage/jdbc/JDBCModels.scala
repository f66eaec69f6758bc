package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.{Model, Models}

import java.io.{ByteArrayInputStream, InputStream, OutputStream, SequenceInputStream}
import java.sql.Connection
import scala.collection.JavaConverters._

/** Models in PostgreSQL: in one value as PIO stores them, or in chunks where they are too large for that. Either way only
  * a few megabytes of them are in memory while they are written or read.
  */
private[predictionio] class JDBCModels(connections: Connections) extends Models {
  private val models = s"${connections.tables.modeldata}_models"
  private val chunks = s"${connections.tables.modeldata}_chunks"

  private val chunk = s"SELECT chunk FROM $chunks WHERE seq = ? AND id = ?"
  private val slice = s"SELECT substring(models FROM ? FOR ${JDBCModels.Chunk}) FROM $models WHERE id = ?"

  override def insert(m: Model): Unit = connections.transaction(insert(_, m.id)(_.write(m.models)))

  override def get(id: String): Option[Model] = read(id)(stream => Model(id, stream.readAllBytes()))

  override def delete(id: String): Unit = connections.transaction(delete(_, id))

  /** Reads models as a stream. */
  def read[T](id: String)(work: InputStream => T): Option[T] = connections.transaction { connection =>
    Sql.row(connection, s"SELECT octet_length(models) FROM $models WHERE id = ?", id)(_.getInt(1)).map {
      case 0 => pieces(connection, chunk, Iterator.from(0), id)(work)
      case length => pieces(connection, slice, Iterator.range(1, length + 1, JDBCModels.Chunk), id)(work)
    }
  }

  /** Stores models, as they are written to the stream, in the place of those that were stored with this id. */
  def insert(connection: Connection, id: String)(write: OutputStream => Unit): Unit = {
    delete(connection, id)
    val output = new ChunkedOutput(JDBCModels.Chunk)((chunk, seq) =>
      Sql.update(connection, s"INSERT INTO $chunks (id, seq, chunk) VALUES (?, ?, ?)", id, seq, chunk)
    )
    write(output)
    val value = output.finish()
    val _ = Sql.update(connection, s"INSERT INTO $models (id, models) VALUES (?, ?)", id, value)
  }

  private def delete(connection: Connection, id: String): Unit =
    Seq(models, chunks).foreach(table => Sql.update(connection, s"DELETE FROM $table WHERE id = ?", id))

  /** One statement for all pieces: once it was run some times, the driver has them sent as they are and not as text. */
  private def pieces[T](connection: Connection, sql: String, numbers: Iterator[Int], id: String)(
    work: InputStream => T
  ): T = Sql.prepared(connection, sql) { statement =>
    val found = numbers.map { number =>
      Sql.bind(statement, Seq(number, id))
      val result = statement.executeQuery()
      if (result.next()) Some(result.getBytes(1)) else None
    }
    val streams = found.takeWhile(_.isDefined).flatten.map(bytes => new ByteArrayInputStream(bytes): InputStream)
    work(new SequenceInputStream(streams.asJavaEnumeration))
  }
}

private[jdbc] object JDBCModels {

  /** How many bytes a chunk has, and how many of one large value are read at a time. */
  val Chunk: Int = 8 * 1024 * 1024
}
