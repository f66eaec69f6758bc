package org.apache.predictionio.workflow

import org.apache.predictionio.workflow.JsonExtractorOption.JsonExtractorOption

/** Holds the settings of a workflow. */
object CreateWorkflow {

  /** The settings of a workflow, for engines that start one themselves with [[CoreWorkflow]]. */
  case class WorkflowConfig(
    deployMode: String = "",
    batch: String = "",
    engineId: String = "",
    engineVersion: String = "",
    engineVariant: String = "",
    engineFactory: String = "",
    engineParamsKey: String = "",
    evaluationClass: Option[String] = None,
    engineParamsGeneratorClass: Option[String] = None,
    env: Option[String] = None,
    skipSanityCheck: Boolean = false,
    stopAfterRead: Boolean = false,
    stopAfterPrepare: Boolean = false,
    verbosity: Int = 0,
    verbose: Boolean = false,
    debug: Boolean = false,
    logFile: Option[String] = None,
    jsonExtractor: JsonExtractorOption = JsonExtractorOption.Both
  )
}
