package org.apache.predictionio.runtime

import org.apache.predictionio.workflow.WorkflowParams

import org.apache.spark.scheduler.{SparkListener, SparkListenerTaskEnd}
import org.apache.spark.{SparkConf, SparkContext}

/** Makes Spark contexts. */
private[predictionio] object SparkContexts {
  @volatile private var made: Option[SparkContext] = None

  /** The context of this process, made where there is none yet.
    *
    * @param mode what it is for, as the cluster's pages show it
    */
  def create(mode: String, params: WorkflowParams = WorkflowParams()): SparkContext = synchronized {
    val name = s"PredictionIO $mode" + Option(params.batch).filter(_.nonEmpty).map(": " + _).getOrElse("")
    val conf = new SparkConf().setIfMissing("spark.app.name", name).setAll(params.sparkEnv)
    if (conf.get("spark.app.name") == Main.getClass.getName.stripSuffix("$")) conf.setAppName(name)
    defaults(conf).foreach { case (key, value) => conf.setIfMissing(key, value) }
    // In its event logs Spark hides only properties of jobs that the configuration names, too.
    conf.setIfMissing(DatabaseSettings.Property, "of each job")
    try {
      val sc = SparkContext.getOrCreate(conf)
      made = Some(sc)
      DatabaseSettings.shareWithTasks(sc)
      sc.addSparkListener(EventsListener)
      sc
    } catch {
      case e: UserError => throw e
      case e: IllegalArgumentException if isTooSmall(e) => throw Errors.tooSmallForSpark(e)
      case e: Exception => throw Errors.spark(e)
    }
  }

  private def isTooSmall(e: Exception): Boolean = Option(e.getMessage).exists(_.contains("System memory"))

  /** Cancels all that the context is doing, if there is one. */
  def cancelJobs(): Unit = made.foreach(_.cancelAllJobs())

  /** Whether the context was stopped while it was needed: by its cluster, or by the engine. */
  def isStopped: Boolean = made.exists(_.isStopped)

  /** A local context needs neither pages nor a network; and a query that takes too much memory must not end the server. */
  private def defaults(conf: SparkConf): Seq[(String, String)] = {
    val kryo = Seq("spark.kryo.registrator" -> classOf[SparkKryoRegistrator].getName)
    if (conf.get("spark.master", "local[*]").startsWith("local"))
      Seq(
        "spark.master" -> "local[*]",
        "spark.ui.enabled" -> "false",
        "spark.driver.host" -> "localhost",
        "spark.driver.bindAddress" -> "127.0.0.1",
        "spark.executor.killOnFatalError.depth" -> "0"
      ) ++ kryo
    else kryo
  }

  private object EventsListener extends SparkListener {
    override def onTaskEnd(taskEnd: SparkListenerTaskEnd): Unit = Progress.tellEvents()
  }
}
