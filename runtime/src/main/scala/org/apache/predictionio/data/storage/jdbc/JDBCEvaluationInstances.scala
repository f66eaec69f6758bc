package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage.{EvaluationInstance, EvaluationInstances}

import java.sql.ResultSet

/** Evaluations in PostgreSQL. */
private[predictionio] class JDBCEvaluationInstances(connections: Connections) extends EvaluationInstances {
  private val table = s"${connections.tables.metadata}_evaluationinstances"
  private val columns = "id, status, starttime, endtime, evaluationclass, engineparamsgeneratorclass, batch, env, " +
    "sparkconf, evaluatorresults, evaluatorresultshtml, evaluatorresultsjson"

  override def insert(i: EvaluationInstance): String = {
    val id = if (i.id.isEmpty) EventWriter.newId() else i.id
    connections.use { connection =>
      val marks = Seq.fill(12)("?").mkString(",")
      Sql.update(
        connection,
        s"INSERT INTO $table ($columns) VALUES ($marks)",
        id +: values(i): _*
      )
    }
    id
  }

  override def get(id: String): Option[EvaluationInstance] = select(" WHERE id = ?", id).headOption

  override def getAll(): Seq[EvaluationInstance] = select(" ORDER BY starttime DESC")

  override def getCompleted(): Seq[EvaluationInstance] =
    select(" WHERE status = 'EVALCOMPLETED' ORDER BY starttime DESC")

  override def update(i: EvaluationInstance): Unit = connections.use { connection =>
    val settings = columns.split(", ").tail.map(_ + " = ?").mkString(", ")
    val _ =
      Sql.update(connection, s"UPDATE $table SET $settings WHERE id = ?", values(i) :+ i.id: _*)
  }

  override def delete(id: String): Unit = connections.use { connection =>
    val _ = Sql.update(connection, s"DELETE FROM $table WHERE id = ?", id)
  }

  private def values(i: EvaluationInstance): Seq[Any] = Seq(
    i.status,
    i.startTime,
    i.endTime,
    i.evaluationClass,
    i.engineParamsGeneratorClass,
    i.batch,
    Pairs.write(i.env),
    Pairs.write(i.sparkConf),
    i.evaluatorResults,
    i.evaluatorResultsHTML,
    i.evaluatorResultsJSON
  )

  private def select(which: String, values: Any*): List[EvaluationInstance] =
    connections.use(Sql.rows(_, s"SELECT $columns FROM $table$which", values: _*)(read))

  private def read(row: ResultSet): EvaluationInstance = EvaluationInstance(
    id = row.getString(1),
    status = row.getString(2),
    startTime = Sql.time(row, 3),
    endTime = Sql.time(row, 4),
    evaluationClass = row.getString(5),
    engineParamsGeneratorClass = row.getString(6),
    batch = row.getString(7),
    env = Pairs.read(row.getString(8)),
    sparkConf = Pairs.read(row.getString(9)),
    evaluatorResults = row.getString(10),
    evaluatorResultsHTML = row.getString(11),
    evaluatorResultsJSON = Option(row.getString(12)).getOrElse("")
  )
}
