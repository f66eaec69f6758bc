package org.apache.predictionio.workflow

import org.slf4j.{Logger, LoggerFactory}

/** The log of the workflow. */
private[predictionio] object WorkflowLog {

  /** Where to log. */
  val log: Logger = LoggerFactory.getLogger("org.apache.predictionio.workflow")
}
