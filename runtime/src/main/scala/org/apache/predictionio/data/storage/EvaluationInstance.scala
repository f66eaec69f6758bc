package org.apache.predictionio.data.storage

import org.joda.time.DateTime

/** One run of an evaluation.
  *
  * @param id                         its id
  * @param status                     INIT while it runs, then EVALCOMPLETED
  * @param startTime                  when it began
  * @param endTime                    when it ended
  * @param evaluationClass            class name of the evaluation
  * @param engineParamsGeneratorClass class name of what gave the sets of parameters
  * @param batch                      a label given on the command line
  * @param env                        environment variables
  * @param sparkConf                  settings of Spark
  * @param evaluatorResults           the result in one line
  * @param evaluatorResultsHTML       the result as HTML
  * @param evaluatorResultsJSON       the result as JSON
  */
case class EvaluationInstance(
  id: String = "",
  status: String = "",
  startTime: DateTime = DateTime.now,
  endTime: DateTime = DateTime.now,
  evaluationClass: String = "",
  engineParamsGeneratorClass: String = "",
  batch: String = "",
  env: Map[String, String] = Map(),
  sparkConf: Map[String, String] = Map(),
  evaluatorResults: String = "",
  evaluatorResultsHTML: String = "",
  evaluatorResultsJSON: String = ""
)

/** The stored evaluations. */
trait EvaluationInstances {

  /** Stores an evaluation and returns its id. */
  def insert(i: EvaluationInstance): String

  /** The evaluation with this id. */
  def get(id: String): Option[EvaluationInstance]

  /** All evaluations. */
  def getAll(): Seq[EvaluationInstance]

  /** The completed evaluations, the last first. */
  def getCompleted(): Seq[EvaluationInstance]

  /** Changes what is stored of an evaluation. */
  def update(i: EvaluationInstance): Unit

  /** Removes an evaluation. */
  def delete(id: String): Unit
}
