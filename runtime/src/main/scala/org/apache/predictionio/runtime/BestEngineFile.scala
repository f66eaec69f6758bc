package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{EngineParams, Evaluation, MetricEvaluator}
import org.apache.predictionio.workflow.{JsonExtractor, JsonExtractorOption}

import org.joda.time.{DateTime, DateTimeZone}
import org.json4s._
import org.json4s.native.JsonMethods.{parse, pretty, render}

import java.nio.charset.StandardCharsets
import java.nio.file.{Files, Path, Paths, StandardCopyOption}

/** Writes the best parameters of an evaluation in the form of engine.json. */
private[predictionio] object BestEngineFile {

  /** Where best.json goes; set when the runtime starts. */
  @volatile var best: Option[Path] = None

  /** What was written last. */
  @volatile var written: Option[Path] = None

  /** Writes the file: the whole of it, or nothing. */
  def write(path: String, evaluation: Evaluation, params: EngineParams): Unit = {
    val target = best.filter(_ => path == MetricEvaluator.BestFile).getOrElse(Paths.get(path)).toAbsolutePath
    val name = evaluation.getClass.getName
    val now = DateTime.now(DateTimeZone.UTC)
    val head = JObject(
      "id" -> JString(s"$name $now"),
      "description" -> JString(""),
      "engineFactory" -> JString(name)
    )
    val parts = parse(JsonExtractor.engineParamstoPioJson(JsonExtractorOption.Both, params))
    Files.createDirectories(target.getParent)
    val temporary = Files.createTempFile(target.getParent, ".best", ".json")
    Files.write(temporary, (pretty(render(head.merge(parts))) + "\n").getBytes(StandardCharsets.UTF_8))
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING)
    written = Some(target)
  }
}
