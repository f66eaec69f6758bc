package org.apache.predictionio.workflow

/** How a workflow runs.
  *
  * @param batch            a label
  * @param verbose          how much is logged
  * @param saveModel        whether models are stored
  * @param sparkEnv         settings of Spark
  * @param skipSanityCheck  whether [[org.apache.predictionio.controller.SanityCheck]]s are left out
  * @param stopAfterRead    whether to stop when the training data is read
  * @param stopAfterPrepare whether to stop when the data is prepared
  */
case class WorkflowParams(
  batch: String = "",
  verbose: Int = 2,
  saveModel: Boolean = true,
  sparkEnv: Map[String, String] = Map(),
  skipSanityCheck: Boolean = false,
  stopAfterRead: Boolean = false,
  stopAfterPrepare: Boolean = false
)
