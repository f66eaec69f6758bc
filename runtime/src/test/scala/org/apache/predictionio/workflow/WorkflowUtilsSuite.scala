package org.apache.predictionio.workflow

import org.apache.predictionio.controller.{EmptyParams, Params}
import org.apache.predictionio.runtime.UserError
import org.apache.predictionio.testing._

import org.json4s._
import org.json4s.native.JsonMethods.parse

object BrokenFactory extends org.apache.predictionio.controller.EngineFactory {
  private val wrong: Int = sys.error("The engine's constants are wrong.")
  override def apply(): Nothing = sys.error(s"$wrong")
}

case class TextParams(appName: String, rank: Int, seed: Option[Long]) extends Params
class TextPart(params: TextParams)

class WorkflowUtilsSuite extends munit.FunSuite {
  private val loader = getClass.getClassLoader
  private val engine = MeanEngine()

  private def params(json: String) = engine.jValueToEngineParams(parse(json), JsonExtractorOption.Both)

  private def error(json: String): UserError = intercept[UserError](params(json))

  test("parameters are read section by section; what is missing is empty") {
    val read = params("""{"datasource": {"params": {"numbers": [1, 2]}},
      "algorithms": [{"name": "kept", "params": {"factor": 2}}, {"name": "own", "params": {"factor": "3"}}]}""")
    assertEquals(read, MeanEngine.params(Seq(1.0, 2.0), "kept" -> FactorParams(2), "own" -> FactorParams(3)))
    assertEquals(read.servingParams, ("", EmptyParams(): Params))
  }

  test("a missing parameter is named, with the section and the file") {
    val missing =
      error("""{"datasource": {"params": {"numbers": []}}, "algorithms": [{"name": "kept", "params": {}}]}""")
    assertEquals(missing.code, "missing-parameter")
    assert(missing.what.contains("engine.json") && missing.what.contains("factor"), missing.what)
    assert(missing.why.contains("a number (Double)"), missing.why)
  }

  test("a parameter that is null is missing, and a number that the type cannot hold is wrong") {
    val classes: Map[String, Class[_]] = Map("" -> classOf[TextPart])
    def read(json: String) = WorkflowUtils.namedParams("datasource", parse(json), classes, JsonExtractorOption.Both)._2
    assertEquals(read("""{"params": {"appName": "a", "rank": 4.0, "seed": null}}"""), TextParams("a", 4, None): Params)
    val missing = intercept[UserError](read("""{"params": {"appName": null, "rank": 4}}"""))
    assertEquals((missing.code, missing.what.contains("\"appName\"")), ("missing-parameter", true))
    Seq("4.5", "4000000000", "\"four\"").foreach { rank =>
      val wrong = intercept[UserError](read(s"""{"params": {"appName": "a", "rank": $rank}}"""))
      assertEquals((wrong.code, wrong.what.contains("\"rank\"")), ("bad-parameter", true))
    }
    assertEquals(intercept[UserError](read("""{"params": {"appName": "a", "rank": 4, "seed": 0.5}}""")).code, "bad-parameter")
  }

  test("sections and names that are wrong are errors") {
    assertEquals(error("""{"datasource": {"params": {}}, "algorithms": {}}""").code, "bad-variant")
    assert(error("""{"datasource": {"params": {}}, "algorithms": []}""").what.contains("is empty"))
    assertEquals(error("""{"algorithms": [{"name": "nope"}]}""").code, "bad-variant")
    assertEquals(error("""{"datasource": []}""").code, "bad-variant")
    assertEquals(error("""{"datasource": {"parms": {}}}""").code, "bad-variant")
    assertEquals(error("""{"datasource": {"params": {"numbers": "x"}}}""").code, "bad-parameter")
  }

  test("the parameters of an instance are read as they were written") {
    val before = MeanEngine.params(Seq(1.0), "kept" -> FactorParams(2), "kept" -> FactorParams(3))
    val json = JsonExtractorOption.Both
    val instance = org.apache.predictionio.data.storage.EngineInstance(
      id = "i",
      status = "COMPLETED",
      startTime = null,
      endTime = null,
      engineId = "",
      engineVersion = "",
      engineVariant = "",
      engineFactory = "",
      batch = "",
      env = Map(),
      sparkConf = Map(),
      dataSourceParams = JsonExtractor.paramToJson(json, before.dataSourceParams),
      preparatorParams = JsonExtractor.paramToJson(json, before.preparatorParams),
      algorithmsParams = JsonExtractor.paramsToJson(json, before.algorithmParamsList),
      servingParams = JsonExtractor.paramToJson(json, before.servingParams)
    )
    assertEquals(engine.engineInstanceToEngineParams(instance, json), before)
  }

  test("a factory is found by name, with or without the sign of an object") {
    val name = "org.apache.predictionio.testing.MeanEngine"
    assertEquals(WorkflowUtils.getEngine(name, loader), (EngineLanguage.Scala, MeanEngine))
    assertEquals(WorkflowUtils.getEngine(name + "$", loader)._2, MeanEngine)
  }

  test("a factory that is not there, is none, or fails is an error") {
    def code(name: String) = intercept[UserError](WorkflowUtils.getEngine(name, loader)).code
    assertEquals(code("org.nope.Nope"), "factory-not-found")
    assertEquals(code("org.apache.predictionio.testing.Query"), "factory-not-found")
    val broken = intercept[UserError](WorkflowUtils.getEngine("org.apache.predictionio.workflow.BrokenFactory", loader))
    assertEquals(broken.code, "engine-failed")
    assert(broken.why.contains("constants are wrong"), broken.why)
  }

  test("an evaluation and its generator are found by name") {
    val name = "org.apache.predictionio.testing.MeanEvaluation"
    assertEquals(WorkflowUtils.getEvaluation(name, loader)._2, MeanEvaluation)
    assertEquals(WorkflowUtils.getEngineParamsGenerator(name, loader)._2, MeanEvaluation)
    intercept[UserError](WorkflowUtils.getEvaluation("org.apache.predictionio.testing.MeanEngine", loader))
  }

  test("Spark's settings are flattened") {
    val conf = parse("""{"sparkConf": {"spark": {"kryo": {"a": true}, "b": 5}, "spark.c": "x"}}""")
    assertEquals(
      WorkflowUtils.extractSparkConf(conf).toMap,
      Map("spark.kryo.a" -> "true", "spark.b" -> "5", "spark.c" -> "x")
    )
    assertEquals(WorkflowUtils.extractSparkConf(JObject()), Nil)
    intercept[UserError](WorkflowUtils.extractSparkConf(parse("""{"sparkConf": {"a": [1]}}""")))
  }

  test("cleanup functions run once, whatever the others throw") {
    var ran = 0
    CleanupFunctions.add(() => sys.error("A test's own failure."))
    CleanupFunctions.add(() => ran += 1)
    CleanupFunctions.run()
    CleanupFunctions.run()
    assertEquals(ran, 1)
  }
}
