package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.{EngineInstance, EngineInstances}

import java.io.OutputStream
import java.sql.{Connection, ResultSet}

/** Trainings in PostgreSQL. */
private[predictionio] class JDBCEngineInstances(connections: Connections) extends EngineInstances {
  private val table = s"${connections.tables.metadata}_engineinstances"
  private val columns =
    "id, status, starttime, endtime, engineid, engineversion, enginevariant, enginefactory, batch, " +
      "env, sparkconf, datasourceparams, preparatorparams, algorithmsparams, servingparams"

  override def insert(i: EngineInstance): String = {
    val id = if (i.id.isEmpty) EventWriter.newId() else i.id
    connections.use { connection =>
      val marks = Seq.fill(15)("?").mkString(",")
      Sql.update(connection, s"INSERT INTO $table ($columns) VALUES ($marks)", id +: values(i): _*)
    }
    id
  }

  override def get(id: String): Option[EngineInstance] = select(" WHERE id = ?", id).headOption

  override def getAll(): Seq[EngineInstance] = select(" ORDER BY starttime DESC")

  override def getLatestCompleted(
    engineId: String,
    engineVersion: String,
    engineVariant: String
  ): Option[EngineInstance] = getCompleted(engineId, engineVersion, engineVariant).headOption

  override def getCompleted(engineId: String, engineVersion: String, engineVariant: String): Seq[EngineInstance] =
    select(
      " WHERE status = 'COMPLETED' AND engineid = ? AND engineversion = ? AND enginevariant = ? ORDER BY starttime DESC",
      engineId,
      engineVersion,
      engineVariant
    )

  override def update(i: EngineInstance): Unit = connections.use(update(_, i))

  /** Stores the models that are written and changes what is stored of the training, both or neither. */
  def complete(i: EngineInstance)(models: OutputStream => Unit): Unit = connections.transaction { connection =>
    new JDBCModels(connections).insert(connection, i.id)(models)
    update(connection, i)
  }

  override def delete(id: String): Unit = connections.use { connection =>
    val _ = Sql.update(connection, s"DELETE FROM $table WHERE id = ?", id)
  }

  private def update(connection: Connection, i: EngineInstance): Unit = {
    val settings = columns.split(", ").tail.map(_ + " = ?").mkString(", ")
    val _ = Sql.update(connection, s"UPDATE $table SET $settings WHERE id = ?", values(i) :+ i.id: _*)
  }

  private def values(i: EngineInstance): Seq[Any] = Seq(
    i.status,
    i.startTime,
    i.endTime,
    i.engineId,
    i.engineVersion,
    i.engineVariant,
    i.engineFactory,
    i.batch,
    Pairs.write(i.env),
    Pairs.write(i.sparkConf),
    i.dataSourceParams,
    i.preparatorParams,
    i.algorithmsParams,
    i.servingParams
  )

  private def select(which: String, values: Any*): List[EngineInstance] =
    connections.use(Sql.rows(_, s"SELECT $columns FROM $table$which", values: _*)(read))

  private def read(row: ResultSet): EngineInstance = EngineInstance(
    id = row.getString(1),
    status = row.getString(2),
    startTime = Sql.time(row, 3),
    endTime = Sql.time(row, 4),
    engineId = row.getString(5),
    engineVersion = row.getString(6),
    engineVariant = row.getString(7),
    engineFactory = row.getString(8),
    batch = row.getString(9),
    env = Pairs.read(row.getString(10)),
    sparkConf = Pairs.read(row.getString(11)),
    dataSourceParams = row.getString(12),
    preparatorParams = row.getString(13),
    algorithmsParams = row.getString(14),
    servingParams = row.getString(15)
  )
}
