package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.runtime.Errors

import java.sql.Connection

/** The table that holds the events of an app or of one of its channels.
  *
  * @param prefix how the names of such tables begin
  */
private[jdbc] case class EventTable(appId: Int, channelId: Option[Int], prefix: String) {

  /** Its name. */
  val name: String = s"${prefix}_$appId" + channelId.map("_" + _).getOrElse("")

  /** How many pages it has, or an error that says it is not there. */
  def pages(connection: Connection): Long = Sql
    .row(
      connection,
      "SELECT to_regclass(?)::text, pg_relation_size(to_regclass(?)) / current_setting('block_size')::int",
      name,
      name
    ) {
      row => Option(row.getString(1)).map(_ => row.getLong(2))
    }
    .flatten
    .getOrElse(throw Errors.noEventTable(appId, channelId))

  /** Makes it where it is not there. */
  def create(connection: Connection): Unit = {
    val _ = Sql.update(
      connection,
      s"""CREATE TABLE IF NOT EXISTS $name (
         |id varchar(32) PRIMARY KEY, event text NOT NULL, entitytype text NOT NULL, entityid text NOT NULL,
         |targetentitytype text, targetentityid text, properties text, eventtime timestamp DEFAULT CURRENT_TIMESTAMP,
         |eventtimezone varchar(50) NOT NULL, tags text, prid text, creationtime timestamp DEFAULT CURRENT_TIMESTAMP,
         |creationtimezone varchar(50) NOT NULL)""".stripMargin
    )
  }

  /** Removes it with all events. */
  def drop(connection: Connection): Unit = {
    val _ = Sql.update(connection, s"DROP TABLE IF EXISTS $name")
  }
}
