package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.{App, Apps}

import java.sql.ResultSet

/** Apps in PostgreSQL. */
private[predictionio] class JDBCApps(connections: Connections) extends Apps {
  private val table = s"${connections.tables.metadata}_apps"

  override def insert(app: App): Option[Int] = connections.transaction { connection =>
    val taken = Sql.row(connection, s"SELECT 1 FROM $table WHERE name = ? OR id = ?", app.name, app.id)(_ => ())
    if (taken.isDefined) None
    else if (app.id == 0)
      Sql.row(
        connection,
        s"INSERT INTO $table (name, description) VALUES (?, ?) RETURNING id",
        app.name,
        app.description
      )(_.getInt(1))
    else
      Sql.row(
        connection,
        s"INSERT INTO $table (id, name, description) VALUES (?, ?, ?) RETURNING id",
        app.id,
        app.name,
        app.description
      )(_.getInt(1))
  }

  override def get(id: Int): Option[App] = select(" WHERE id = ?", id).headOption

  override def getByName(name: String): Option[App] = select(" WHERE name = ?", name).headOption

  override def getAll(): Seq[App] = select(" ORDER BY id")

  override def update(app: App): Unit = connections.use { connection =>
    val sql = s"UPDATE $table SET name = ?, description = ? WHERE id = ?"
    val _ = Sql.update(connection, sql, app.name, app.description, app.id)
  }

  override def delete(id: Int): Unit = connections.use { connection =>
    val _ = Sql.update(connection, s"DELETE FROM $table WHERE id = ?", id)
  }

  private def select(which: String, values: Any*): List[App] =
    connections.use(Sql.rows(_, s"SELECT id, name, description FROM $table$which", values: _*)(read))

  private def read(row: ResultSet): App = App(row.getInt(1), row.getString(2), Option(row.getString(3)))
}
