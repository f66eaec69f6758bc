package org.apache.predictionio.runtime

import org.apache.spark.SparkContext
import org.apache.spark.TaskContext

/** Where the database is and who we are there.
  *
  * @param url      a JDBC URL without user and password
  * @param user     the role
  * @param password its password; never printed
  * @param tables   how the names of tables begin
  * @param sources  what PIO's configuration calls the sources that are this database
  */
case class DatabaseSettings(
  url: String,
  user: String,
  password: String,
  tables: TableNames = TableNames(),
  sources: Seq[String] = Nil
) {
  override def toString: String = s"DatabaseSettings($url, $user, ***)"
}

/** The settings in force in this process: set by the runtime on the driver, and sent along with each Spark job. */
object DatabaseSettings {

  /** Spark hides the values of properties whose names contain "password" wherever it shows or logs them. */
  private[runtime] val Property = "spark.predictionio.database.password"

  @volatile private var own: Option[DatabaseSettings] = None

  /** Sets them for this process. */
  def use(settings: DatabaseSettings): Unit = own = Some(settings)

  /** Sends them along with the jobs that this thread and those it makes later start. */
  def shareWithTasks(sc: SparkContext): Unit =
    own.foreach { s =>
      val TableNames(metadata, eventdata, modeldata) = s.tables
      val values = Seq(s.url, s.user, s.password, metadata, eventdata, modeldata) ++ s.sources
      sc.setLocalProperty(Property, values.mkString("\n"))
    }

  /** The settings of this process, or of the task that runs in it. */
  def current: DatabaseSettings = own.orElse(ofTask).getOrElse(throw Errors.noDatabase)

  private def ofTask: Option[DatabaseSettings] =
    Option(TaskContext.get()).flatMap(task => Option(task.getLocalProperty(Property))).map(_.split("\n", -1)).collect {
      case Array(url, user, password, metadata, eventdata, modeldata, sources @ _*) =>
        DatabaseSettings(url, user, password, TableNames(metadata, eventdata, modeldata), sources)
    }
}
