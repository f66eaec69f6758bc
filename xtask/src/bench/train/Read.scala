import org.apache.predictionio.data.store.PEventStore
import org.apache.predictionio.runtime.DatabaseSettings

import java.sql.DriverManager

import org.apache.spark.SparkContext
import org.apache.spark.sql.SparkSession

/** Reads all events of an app, in turns as engines do and by plain JDBC in one partition with a cursor, and says how many
  * milliseconds each took. The first turn of each is not counted: Java compiles what it runs.
  */
object Read {
  def main(arguments: Array[String]): Unit = {
    val Array(app, table, url, user, rounds) = arguments
    val password = sys.env("BENCH_PASSWORD")
    DatabaseSettings.use(DatabaseSettings(url, user, password))
    val spark = SparkSession.builder().getOrCreate().sparkContext
    for (round <- 0 to rounds.toInt) {
      val (ours, events) = timed(PEventStore.find(appName = app)(spark).count())
      val (theirs, rows) = timed(plain(spark, table, url, user, password))
      require(events == rows, s"$events events of $rows rows")
      if (round > 0) println(s"figures $ours $theirs")
    }
    spark.stop()
  }

  /** Reads each column as text and makes nothing of it. */
  private def plain(spark: SparkContext, table: String, url: String, user: String, password: String): Long =
    spark.parallelize(Seq(table), 1).map { table =>
      val connection = DriverManager.getConnection(url, user, password)
      try {
        connection.setAutoCommit(false)
        val statement = connection.createStatement()
        statement.setFetchSize(2000)
        val rows = statement.executeQuery(s"SELECT * FROM $table")
        val row = new Array[String](rows.getMetaData.getColumnCount)
        var read = 0L
        while (rows.next()) {
          for (column <- row.indices) row(column) = rows.getString(column + 1)
          read += 1
        }
        read
      } finally connection.close()
    }.sum().toLong

  private def timed(work: => Long): (Long, Long) = {
    val start = System.nanoTime()
    val result = work
    ((System.nanoTime() - start) / 1000000, result)
  }
}
