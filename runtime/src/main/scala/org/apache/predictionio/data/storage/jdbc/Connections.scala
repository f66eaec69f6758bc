package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.runtime.{DatabaseSettings, Errors, TableNames}

import java.sql.{Connection, Driver, SQLException}
import java.util.Properties
import java.util.concurrent.{ConcurrentHashMap, ConcurrentLinkedDeque, Semaphore}

/** A few connections which this process uses again and again. Database plans allow as few as twenty in all. */
private[predictionio] class Connections(settings: DatabaseSettings) {
  private val free = new Semaphore(Connections.Most, true)
  private val idle = new ConcurrentLinkedDeque[Connection]

  /** How the names of tables begin in this database. */
  def tables: TableNames = settings.tables

  /** Lends a connection in autocommit mode. Work that fails because the server had ended an idle connection is done again. */
  def use[T](work: Connection => T): T = {
    free.acquire()
    try
      Option(idle.pollFirst()) match {
        case None => lend(Connections.open(settings), work)
        case Some(used) =>
          try lend(used, work)
          catch {
            case e: SQLException if Connections.isLost(e) =>
              closeIdle()
              lend(Connections.open(settings), work)
          }
      }
    finally free.release()
  }

  /** Lends a connection for one transaction, which is committed where the work ends well and else rolled back. */
  def transaction[T](work: Connection => T): T = use { connection =>
    connection.setAutoCommit(false)
    try {
      val result = work(connection)
      connection.commit()
      connection.setAutoCommit(true)
      result
    } catch {
      case e: Throwable =>
        connection.close()
        throw e
    }
  }

  /** Closes the connections that nobody uses. */
  def closeIdle(): Unit = Iterator.continually(idle.pollFirst()).takeWhile(_ != null).foreach(Connections.close)

  private def lend[T](connection: Connection, work: Connection => T): T =
    try {
      val result = work(connection)
      if (!connection.isClosed) idle.addFirst(connection)
      result
    } catch {
      case e: Throwable =>
        Connections.close(connection)
        throw e
    }
}

/** Opens connections. */
private[predictionio] object Connections {
  private val Most = 6
  private val pools = new ConcurrentHashMap[DatabaseSettings, Connections]

  /** The connections of this process to the database in force. */
  def current: Connections = of(DatabaseSettings.current)

  /** The connections of this process to a database. */
  def of(settings: DatabaseSettings): Connections = pools.computeIfAbsent(settings, new Connections(_))

  /** Opens a connection outside of the pool, with more properties of the driver. */
  def open(settings: DatabaseSettings, more: (String, String)*): Connection = {
    val properties = new Properties
    properties.setProperty("user", settings.user)
    if (settings.password != null) properties.setProperty("password", settings.password)
    defaults.foreach { case (name, value) => properties.setProperty(name, value) }
    more.foreach { case (name, value) => properties.setProperty(name, value) }
    try driver.connect(settings.url, properties)
    catch { case e: SQLException => throw Errors.databaseDown(settings, e) }
  }

  /** Closes a connection, whatever state it is in. */
  def close(connection: Connection): Unit =
    try connection.close()
    catch { case _: SQLException => () }

  /** Made by name: the driver is on the class path of the process, not among what the runtime is compiled with. */
  private lazy val driver: Driver =
    Class.forName("org.postgresql.Driver").getConstructor().newInstance().asInstanceOf[Driver]

  private val defaults = Seq("ApplicationName" -> "pio runtime", "tcpKeepAlive" -> "true", "connectTimeout" -> "10")

  private def isLost(e: SQLException): Boolean =
    Option(e.getSQLState).exists(state => state.startsWith("08") || state.startsWith("57P"))
}
