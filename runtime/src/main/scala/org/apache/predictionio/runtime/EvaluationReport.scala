package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{EngineParams, MetricEvaluatorResult, MetricScores}
import org.apache.predictionio.runtime.json.JsonText
import org.apache.predictionio.workflow.{JsonExtractor, JsonExtractorOption}

import org.json4s._

/** Renders the result of an evaluation. */
private[predictionio] object EvaluationReport {

  /** For people at a terminal. */
  def text(result: MetricEvaluatorResult[_]): String = {
    val others = result.otherMetricHeaders.zip(result.bestScore.otherScores).map { case (name, score) =>
      s"  $name: $score"
    }
    val lines = Seq(
      "MetricEvaluatorResult:",
      s"  # engine params evaluated: ${result.engineParamsScores.size}",
      "Optimal Engine Params:",
      s"  ${JsonText.write(params(result.bestEngineParams))}",
      "Metrics:",
      s"  ${result.metricHeader}: ${result.bestScore.score}"
    ) ++ others ++ result.outputPath.map(path => s"The best variant params can be found in $path")
    lines.mkString("\n")
  }

  /** For programs. */
  def json(result: MetricEvaluatorResult[_]): String = JsonText.write(
    JObject(
      "bestScore" -> scores(result.bestScore),
      "bestEngineParams" -> params(result.bestEngineParams),
      "bestIdx" -> JInt(result.bestIdx),
      "metricHeader" -> JString(result.metricHeader),
      "otherMetricHeaders" -> JArray(result.otherMetricHeaders.map(JString(_)).toList),
      "engineParamsScores" -> JArray(result.engineParamsScores.map { case (engineParams, score) =>
        JObject("_1" -> params(engineParams), "_2" -> scores(score))
      }.toList),
      "outputPath" -> result.outputPath.map(JString(_)).getOrElse(JNothing)
    )
  )

  /** For a page: a table of all sets of parameters, the best one marked. */
  def html(result: MetricEvaluatorResult[_]): String = {
    val headers = "#" +: result.metricHeader +: result.otherMetricHeaders :+ "Engine parameters"
    val rows = result.engineParamsScores.zipWithIndex.map { case ((engineParams, score), index) =>
      val cells = index.toString +: score.score.toString +: score.otherScores.map(_.toString) :+
        JsonText.write(params(engineParams))
      val mark = if (index == result.bestIdx) " class=\"best\"" else ""
      cells.map(cell => s"<td>${escaped(cell)}</td>").mkString(s"<tr$mark>", "", "</tr>")
    }
    s"""<h1>Metric evaluator result</h1>
       |<p>${escaped(result.toOneLiner())}</p>
       |<table>
       |<tr>${headers.map(header => s"<th>${escaped(header)}</th>").mkString}</tr>
       |${rows.mkString("\n")}
       |</table>""".stripMargin
  }

  /** The parameters of one set. */
  def params(engineParams: EngineParams): JObject =
    JsonExtractor.engineParamsToJValue(JsonExtractorOption.Both, engineParams)

  /** Any score as JSON. */
  def score(value: Any): JValue = JsonExtractor.toJValue(JsonExtractorOption.Both, value)

  private def scores(of: MetricScores[_]): JObject =
    JObject("score" -> score(of.score), "otherScores" -> JArray(of.otherScores.map(score).toList))

  private def escaped(text: String): String =
    text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
}
