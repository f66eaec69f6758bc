package org.apache.predictionio.runtime

import org.apache.predictionio.controller.PAlgorithm
import org.apache.predictionio.runtime.json.JsonFault
import org.apache.predictionio.runtime.link.Messages
import org.apache.predictionio.workflow.CleanupFunctions

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.json4s._

/** Predicts many queries: a file with one query a line becomes a folder of files with one query and prediction a line, in
  * the same order. Each prediction is what the deployed engine would answer.
  */
private[runtime] object BatchPredictVerb {

  /** What came of a line: its number, and the query with its prediction, or nothing where the line is no query. */
  private type Outcome = (Long, Option[String])

  /** Predicts as the spec says and gives the last message. */
  def run(spec: Spec): JObject =
    try {
      val output = spec.text(spec.options, "output")
      BatchFiles.requireFree(output)
      val instance = EngineLoading.instance(spec.text(spec.options, "engineInstanceId"))
      val deployed = Deployed.of(spec, instance, "Batch Predict")
      val sc = SparkContexts.create("Batch Predict")
      val input = spec.text(spec.options, "input")
      val lines = BatchFiles.lines(sc, input, spec.number("queryPartitions"))
      Progress.stage("predict", "Predicting")
      val outcomes = Stages.run("it could not predict the queries")(predict(sc, deployed, lines).cache())
      val written = Stages.run("it could not predict the queries") {
        if (outcomes.flatMap(_._2).isEmpty() && !outcomes.isEmpty()) throw Errors.noQueries(input)
        BatchFiles.write(output, outcomes.flatMap(_._2))
      }
      val bad = outcomes.filter(_._2.isEmpty).keys.collect()
      Messages.result("predictions" -> JInt(written), "badLines" -> JArray(bad.map(JInt(_)).toList))
    } finally CleanupFunctions.run()

  private def predict(sc: SparkContext, deployed: Deployed, lines: RDD[(Long, String)]): RDD[Outcome] =
    if (deployed.algorithms.exists(_.isInstanceOf[PAlgorithm[_, _, _, _]])) {
      val outcomes = Parallel.map(lines.collect().toSeq) { case (number, line) => number -> outcome(deployed, number, line) }
      // An empty file has no partition.
      sc.parallelize(outcomes, math.max(1, lines.getNumPartitions))
    } else {
      val shared = sc.broadcast(new KryoEnvelope(deployed))
      lines.mapPartitions { part =>
        val here = shared.value.value
        part.map { case (number, line) => number -> outcome(here, number, line) }
      }
    }

  private def outcome(deployed: Deployed, number: Long, line: String): Option[String] =
    try {
      val query = deployed.query(line)
      Some(s"""{"query":${deployed.write(query)},"prediction":${deployed.write(deployed.predict(query))}}""")
    } catch {
      case _: JsonFault => None
      case e: Exception if !e.isInstanceOf[InterruptedException] =>
        throw new IllegalStateException(s"In line $number of the input: ${Errors.describe(e)}", e)
    }
}
