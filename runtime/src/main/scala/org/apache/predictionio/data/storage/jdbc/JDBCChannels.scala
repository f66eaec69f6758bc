package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.{Channel, Channels}

import java.sql.ResultSet

/** Channels in PostgreSQL. */
private[predictionio] class JDBCChannels(connections: Connections) extends Channels {
  private val table = s"${connections.tables.metadata}_channels"

  override def insert(channel: Channel): Option[Int] = connections.use { connection =>
    if (channel.id == 0)
      Sql.row(
        connection,
        s"INSERT INTO $table (name, appid) VALUES (?, ?) RETURNING id",
        channel.name,
        channel.appid
      )(_.getInt(1))
    else
      Sql.row(
        connection,
        s"INSERT INTO $table (id, name, appid) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        channel.id,
        channel.name,
        channel.appid
      )(_.getInt(1))
  }

  override def get(id: Int): Option[Channel] = select(" WHERE id = ?", id).headOption

  override def getByAppid(appid: Int): Seq[Channel] = select(" WHERE appid = ? ORDER BY id", appid)

  override def delete(id: Int): Unit = connections.use { connection =>
    val _ = Sql.update(connection, s"DELETE FROM $table WHERE id = ?", id)
  }

  private def select(which: String, values: Any*): List[Channel] =
    connections.use(Sql.rows(_, s"SELECT id, name, appid FROM $table$which", values: _*)(read))

  private def read(row: ResultSet): Channel = Channel(row.getInt(1), row.getString(2), row.getInt(3))
}
