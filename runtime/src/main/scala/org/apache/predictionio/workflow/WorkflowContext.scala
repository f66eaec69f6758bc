package org.apache.predictionio.workflow

import org.apache.predictionio.runtime.SparkContexts

import org.apache.spark.SparkContext

/** Makes the Spark context of a workflow, for engines that start one themselves. */
object WorkflowContext {

  /** The context of this process, made where there is none yet.
    *
    * @param batch       a label
    * @param executorEnv environment variables of executors
    * @param sparkEnv    settings of Spark
    * @param mode        what it is for
    */
  def apply(
    batch: String = "",
    executorEnv: Map[String, String] = Map(),
    sparkEnv: Map[String, String] = Map(),
    mode: String = ""
  ): SparkContext = {
    val variables = executorEnv.map { case (name, value) => s"spark.executorEnv.$name" -> value }
    SparkContexts.create(mode, WorkflowParams(batch = batch, sparkEnv = sparkEnv ++ variables))
  }
}
