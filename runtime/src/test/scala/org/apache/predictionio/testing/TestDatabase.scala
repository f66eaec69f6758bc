package org.apache.predictionio.testing

import org.apache.predictionio.data.storage.{App, Storage}
import org.apache.predictionio.data.storage.jdbc.Connections
import org.apache.predictionio.runtime.DatabaseSettings

import java.net.URI
import java.nio.file.{Files, Paths}
import java.sql.Connection
import java.util.UUID

/** A database of its own for each suite, made anew in the server that PIO_TEST_DATABASE_URL names. */
abstract class DatabaseSuite extends munit.FunSuite {
  private val name = s"pio_test_${UUID.randomUUID().toString.take(8)}"

  override def beforeAll(): Unit = {
    execute(TestDatabase.server, s"CREATE DATABASE $name")
    DatabaseSettings.use(settings)
    execute(settings, schema)
  }

  override def afterAll(): Unit = {
    Connections.of(settings).closeIdle()
    execute(TestDatabase.server, s"DROP DATABASE IF EXISTS $name WITH (FORCE)")
  }

  /** The tables that are made in it. */
  def schema: String = TestDatabase.schema

  /** The suite's database. */
  def settings: DatabaseSettings =
    TestDatabase.server.copy(url = TestDatabase.server.url.replaceAll("/[^/]*$", s"/$name"))

  /** Makes an app with a table for its events. */
  def newApp(name: String): Int = {
    val id = Storage.getMetaDataApps().insert(App(0, name, None)).get
    Storage.getLEvents().init(id)
    id
  }

  /** Runs a statement. */
  def sql(statement: String): Unit = execute(settings, statement)

  private def execute(where: DatabaseSettings, statement: String): Unit = {
    val connection: Connection = Connections.open(where)
    try {
      val _ = connection.createStatement().execute(statement)
    } finally connection.close()
  }
}

object TestDatabase {

  /** Where databases are made. */
  lazy val server: DatabaseSettings = {
    val url = sys.env.getOrElse("PIO_TEST_DATABASE_URL", sys.error("Set PIO_TEST_DATABASE_URL to a real PostgreSQL."))
    val uri = new URI(url)
    val (user, password) = uri.getUserInfo.split(":", 2) match {
      case Array(user, password) => (user, password)
      case Array(user) => (user, null)
    }
    DatabaseSettings(s"jdbc:postgresql://${uri.getHost}:${uri.getPort}${uri.getPath}", user, password)
  }

  /** The tables, as native code makes them. */
  def schema: String = new String(Files.readAllBytes(Paths.get("../crates/pio-storage/src/schema/tables.sql")))
}
