package org.apache.predictionio.workflow

/** A workflow was told to stop before its end; nothing went wrong. */
sealed trait WorkflowInterruption extends Exception

/** The workflow stops when the training data is read. */
case class StopAfterReadInterruption() extends WorkflowInterruption

/** The workflow stops when the data is prepared. */
case class StopAfterPrepareInterruption() extends WorkflowInterruption
