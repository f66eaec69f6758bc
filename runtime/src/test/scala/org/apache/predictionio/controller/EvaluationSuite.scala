package org.apache.predictionio.controller

import org.apache.predictionio.runtime.{BestEngineFile, UserError}
import org.apache.predictionio.testing._
import org.apache.predictionio.workflow._

import org.json4s._
import org.json4s.native.JsonMethods.parse

import _root_.java.nio.file.Files

class EvaluationSuite extends munit.FunSuite {
  private def evaluated(): MetricEvaluatorResult[Double] = {
    val (engine, evaluator) = MeanEvaluation.engineEvaluator
    val sets = MeanEngine().batchEval(LocalSpark.sc, MeanEvaluation.engineParamsList, WorkflowParams())
    val typed = evaluator.asInstanceOf[MetricEvaluator[EmptyEvaluationInfo, Query, Answer, Actual, Double]]
    assert(engine != null)
    typed.evaluateBase(LocalSpark.sc, MeanEvaluation, sets, WorkflowParams())
  }

  test("the best set wins, of equal ones the first; what sets have in common is read once") {
    val folder = Files.createTempDirectory("evaluation")
    BestEngineFile.best = Some(folder.resolve("best.json"))
    NumberSource.reads = 0
    val result = evaluated()
    assertEquals(NumberSource.reads, 2)
    assertEquals(result.bestIdx, 1)
    assertEquals(result.engineParamsScores.map(_._2.score).distinct.size, 2)
    assertEquals(result.metricHeader, "Distance")
    val json = parse(result.toJSON())
    assertEquals(json \ "bestIdx", JInt(1))
    assertEquals(json \ "bestEngineParams" \ "algorithmParamsList", parse("""[{"kept": {"factor": 0.5}}]"""))
    assertEquals((json \ "engineParamsScores").children.size, 3)
    assert(result.toHTML().contains("<table>"))

    val best = parse(new String(Files.readAllBytes(folder.resolve("best.json"))))
    assertEquals(best \ "engineFactory", JString(MeanEvaluation.getClass.getName))
    val deployed = WorkflowUtils.getEngine(MeanEvaluation.getClass.getName, getClass.getClassLoader)._2
    assertEquals(
      deployed().jValueToEngineParams(best, JsonExtractorOption.Both),
      MeanEvaluation.engineParamsList(1)
    )
  }

  private def failure(second: EngineParams): UserError = {
    val sets = MeanEngine().batchEval(LocalSpark.sc, MeanEvaluation.engineParamsList.take(1) :+ second, WorkflowParams())
    intercept[UserError](MetricEvaluator(new Strict).evaluateBase(LocalSpark.sc, MeanEvaluation, sets, WorkflowParams()))
  }

  test("of a set of parameters that fails, the error says which it is and why") {
    val first = MeanEvaluation.engineParamsList.head
    val unknown = failure(first.copy(algorithmParamsList = Seq("nope" -> FactorParams(1))))
    assert(clue(unknown.what).startsWith("Set 2 of 2 of the engine's parameters cannot be evaluated. The parameters"))
    val far = failure(first.copy(algorithmParamsList = Seq("kept" -> FactorParams(50))))
    assertEquals(far.code, "engine-failed")
    assert(clue(far.what).startsWith("Set 2 of 2 "))
    assertEquals(far.why, "This answer is far off.")
  }

  test("of data for evaluation that are none there is a warning, once") {
    val sets = Seq(1.0, 2.0).map(factor => MeanEngine.params(Seq(1.0), "kept" -> FactorParams(factor)))
    val lines = Logged.lines("org.apache.predictionio.workflow") {
      MeanEngine().batchEval(LocalSpark.sc, sets, WorkflowParams()).foreach { case (_, predictions) =>
        assertEquals(predictions.size, 0)
      }
    }
    val warning = "WARN The data source gives no evaluation data (readEval), so the scores say nothing."
    assertEquals(lines.filter(_.startsWith("WARN")), Seq(warning))
  }

  test("an evaluation sets its engine and metric once") {
    val evaluation = new Evaluation {}
    intercept[IllegalArgumentException](evaluation.evaluator)
    evaluation.engineMetrics = (MeanEngine(), new Distance, Seq(new Distance))
    intercept[IllegalArgumentException](evaluation.engineMetric = (MeanEngine(), new Distance))
  }

  test("a fake run calls its function and wants nothing stored") {
    var ran = false
    val run = new FakeRun {
      func = sc => ran = !sc.isStopped
    }
    val evaluator = run.evaluator.asInstanceOf[FakeRunner]
    val result = evaluator.evaluateBase(LocalSpark.sc, run, Nil, WorkflowParams())
    assert(ran && result.noSave)
    assertEquals(run.engineParamsList.size, 1)
  }
}

/** Fails where an answer is far off. */
private class Strict extends AverageMetric[EmptyEvaluationInfo, Query, Answer, Actual] {
  override def calculate(q: Query, p: Answer, a: Actual): Double = {
    require(p.value < 100, "This answer is far off.")
    p.value
  }
}
