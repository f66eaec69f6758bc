package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.{AccessKey, AccessKeys}

import java.security.SecureRandom
import java.sql.ResultSet
import java.util.Base64

/** Access keys in PostgreSQL. */
private[predictionio] class JDBCAccessKeys(connections: Connections) extends AccessKeys {
  private val table = s"${connections.tables.metadata}_accesskeys"
  private val permissions = s"${connections.tables.metadata}_permissions"

  override def insert(k: AccessKey): Option[String] = connections.use { connection =>
    val key = if (k.key.isEmpty) generated() else k.key
    Sql.row(
      connection,
      s"INSERT INTO $table (accesskey, appid, events) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING accesskey",
      key,
      k.appid,
      events(k)
    )(_.getString(1))
  }

  override def get(key: String): Option[AccessKey] = select(" WHERE accesskey = ?", key).headOption

  override def getAll(): Seq[AccessKey] = select(" ORDER BY accesskey")

  override def getByAppid(appid: Int): Seq[AccessKey] = select(" WHERE appid = ?", appid)

  override def update(k: AccessKey): Unit = connections.use { connection =>
    val sql = s"UPDATE $table SET appid = ?, events = ? WHERE accesskey = ?"
    val _ = Sql.update(connection, sql, k.appid, events(k), k.key)
  }

  override def delete(key: String): Unit = connections.transaction { connection =>
    Seq(table, permissions).foreach(from => Sql.update(connection, s"DELETE FROM $from WHERE accesskey = ?", key))
  }

  private def select(which: String, values: Any*): List[AccessKey] =
    connections.use(Sql.rows(_, s"SELECT accesskey, appid, events FROM $table$which", values: _*)(read))

  private def read(row: ResultSet): AccessKey = {
    val events = Option(row.getString(3)).filter(_.nonEmpty).map(_.split(",").toSeq).getOrElse(Nil)
    AccessKey(row.getString(1), row.getInt(2), events)
  }

  private def events(k: AccessKey): Option[String] = if (k.events.isEmpty) None else Some(k.events.mkString(","))

  private def generated(): String = {
    val bytes = new Array[Byte](48)
    new SecureRandom().nextBytes(bytes)
    Base64.getUrlEncoder.encodeToString(bytes)
  }
}
