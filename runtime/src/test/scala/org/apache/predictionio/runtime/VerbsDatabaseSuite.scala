package org.apache.predictionio.runtime

import org.apache.predictionio.data.storage.Storage
import org.apache.predictionio.runtime.json.JsonText
import org.apache.predictionio.runtime.link.Link
import org.apache.predictionio.testing._

import org.json4s._
import org.json4s.native.JsonMethods.parse

import java.nio.file.{Files, Path}
import java.util.concurrent.LinkedBlockingQueue

class VerbsDatabaseSuite extends DatabaseSuite {
  private val variant = """{"id": "default", "datasource": {"params": {"numbers": [1, 3]}},
    "algorithms": [{"name": "kept", "params": {"factor": 2}}, {"name": "again", "params": {"factor": 1}}]}"""

  private def spec(verb: String, options: String, variant: String = variant): Spec = new Spec(
    parse(s"""{"version": 1, "verb": "$verb", "environment": {"PIO_A": "b"}, "sparkConf": {"spark.a": "***"}, "batch": "label",
      "engine": {"id": "e", "version": "v", "variantId": "default", "factory": "${MeanEngine.getClass.getName}",
      "variantFile": "/x/engine.json", "variant": $variant}, "$verb": $options}""")
  )

  private def text(message: JValue, name: String): String = message \ name match {
    case JString(value) => value
    case other => fail(s"$name is $other in $message")
  }

  private def trained(options: String = "{}", variant: String = variant): String = {
    LocalSpark.sc
    text(TrainVerb.run(spec("train", options, variant)), "engineInstanceId")
  }

  private def latestStatus: String = Storage.getMetaDataEngineInstances().getAll().head.status

  test("a training is recorded, and its models are stored") {
    val instance = Storage.getMetaDataEngineInstances().get(trained()).get
    assertEquals(instance.status, "COMPLETED")
    assertEquals(instance.env, Map("PIO_A" -> "b", "PIO_RUNTIME" -> "1"))
    assertEquals(instance.sparkConf, Map("spark.a" -> "***"))
    assertEquals(instance.batch, "label")
    assertEquals(instance.dataSourceParams, """{"":{"numbers":[1.0,3.0],"folds":0}}""")
    assertEquals(instance.algorithmsParams, """[{"kept":{"factor":2.0}},{"again":{"factor":1.0}}]""")
    assertEquals(EngineLoading.models(instance.id), Seq[Any](4.0, ()))
  }

  test("parameters may come from the code") {
    val id = trained("""{"engineParamsKey": "three"}""")
    assertEquals(EngineLoading.models(id), Seq[Any](3.0))
    val unknown = intercept[UserError](trained("""{"engineParamsKey": "four"}"""))
    assert(clue(unknown.what).contains("the key 'four'"))
    val empty = intercept[UserError](trained("""{"engineParamsKey": "empty"}"""))
    assertEquals(empty.what, "The engine has no parameters for the key 'empty'.")
  }

  test("a training that is told to stop says where, and one that fails is recorded as failed") {
    assertEquals(text(TrainVerb.run(spec("train", """{"stopAfterRead": true}""")), "stoppedAfter"), "read")
    assertEquals(latestStatus, "INIT")
    assertEquals(text(TrainVerb.run(spec("train", """{"stopAfterPrepare": true}""")), "stoppedAfter"), "prepare")
    val empty =
      """{"datasource": {"params": {"numbers": []}}, "algorithms": [{"name": "kept", "params": {"factor": 2}}]}"""
    assertEquals(intercept[UserError](trained(variant = empty)).code, "no-data")
    assertEquals(latestStatus, "FAILED")
  }

  test("an engine is deployed with the parameters it was trained with, and answers") {
    val deployed = Deployed.of(spec("serve", "{}", "{}"), EngineLoading.instance(trained()), "Tests")
    assertEquals(deployed.answer("""{"factor": 1}"""), Answer("""{"value":12.001}""", None))
  }

  test("instances that cannot be deployed say why") {
    assertEquals(intercept[UserError](EngineLoading.instance("nope")).code, "model-not-found")
    val id = trained()
    Storage.getModelDataModels().delete(id)
    assertEquals(intercept[UserError](EngineLoading.models(id)).code, "model-not-found")
    sql(s"INSERT INTO pio_model_models VALUES ('$id', '\\x01ff00')")
    assertEquals(intercept[UserError](EngineLoading.models(id)).code, "model-incompatible")
    sql(s"UPDATE pio_meta_engineinstances SET env = 'A=b' WHERE id = '$id'")
    assertEquals(intercept[UserError](EngineLoading.instance(id)).code, "model-incompatible")
  }

  test("an evaluation is recorded with its results") {
    LocalSpark.sc
    val best = Files.createTempDirectory("best").resolve("best.json")
    val name = "org.apache.predictionio.testing.MeanEvaluation"
    val result = EvalVerb.run(spec("eval", s"""{"evaluation": "$name", "bestFile": "$best"}"""))
    assertEquals(result \ "best", JInt(1))
    assertEquals((result \ "rows").children.size, 3)
    assertEquals(text(result, "bestFile"), best.toString)
    val stored = Storage.getMetaDataEvaluationInstances().get(text(result, "evaluationInstanceId")).get
    assertEquals(stored.status, "EVALCOMPLETED")
    assertEquals(stored.evaluatorResults, text(result, "text"))
    assertEquals(stored.engineParamsGeneratorClass, name)
    assertEquals(parse(stored.evaluatorResultsJSON) \ "bestIdx", JInt(1))
    assert(Files.exists(best))
  }

  private def predicted(variant: String): (JObject, Seq[String], Path) = {
    val folder = Files.createTempDirectory("batch")
    val input = folder.resolve("in.json")
    Files.write(input, "{\"factor\": 1}\n\nbad\n{\"factor\": 2}\n{}\n{\"factor\": \"3\"}\n".getBytes)
    val id = trained(variant = variant)
    val output = folder.resolve("out")
    val options = s"""{"engineInstanceId": "$id", "input": "$input", "output": "$output", "queryPartitions": 2}"""
    val result = BatchPredictVerb.run(spec("batchpredict", options))
    val lines =
      Seq("part-00000", "part-00001").flatMap(name => Files.readAllLines(output.resolve(name)).toArray.map(_.toString))
    assert(Files.exists(output.resolve("_SUCCESS")))
    assertEquals(folder.toFile.list().toSeq.sorted, Seq("in.json", "out"))
    assertEquals(intercept[UserError](BatchPredictVerb.run(spec("batchpredict", options))).code, "bad-parameter")
    (result, lines, output)
  }

  test("many queries are predicted in order, and bad lines are reported by number") {
    val (result, lines, _) = predicted(variant)
    assertEquals(result \ "predictions", JInt(3))
    assertEquals(result \ "badLines", JArray(List(JInt(3), JInt(5))))
    assertEquals(lines.head, """{"query":{"factor":1.0},"prediction":{"value":12.001}}""")
    assertEquals(lines.map(line => parse(line) \ "query" \ "factor"), Seq(JDouble(1), JDouble(2), JDouble(3)))
  }

  test("a query that the engine fails to answer is told by its line, and nothing is written") {
    val kept =
      """{"datasource": {"params": {"numbers": [1, 3]}}, "algorithms": [{"name": "own", "params": {"factor": 2}}]}"""
    Seq(variant, kept).foreach { variant =>
      val folder = Files.createTempDirectory("batch")
      val input = folder.resolve("in.json")
      Files.write(input, "{\"factor\": 1}\nbad\n{\"factor\": -2}\n".getBytes)
      val id = trained(variant = variant)
      val options = s"""{"engineInstanceId": "$id", "input": "$input", "output": "$folder/out"}"""
      val failed = intercept[UserError](BatchPredictVerb.run(spec("batchpredict", options)))
      assertEquals(failed.why, "In line 3 of the input: A factor is not negative.")
      assertEquals(folder.toFile.list().toSeq, Seq("in.json"))
    }
  }

  test("a file without any query is refused, and an empty one has no predictions") {
    val folder = Files.createTempDirectory("batch")
    val (input, id) = (folder.resolve("in.csv"), trained())
    val options = s"""{"engineInstanceId": "$id", "input": "$input", "output": "$folder/out", "queryPartitions": 2}"""
    Files.write(input, "factor\n1\n2\n".getBytes)
    val failed = intercept[UserError](BatchPredictVerb.run(spec("batchpredict", options)))
    assert(clue(failed.what).endsWith("in.csv is a query of this engine."))
    assertEquals(folder.toFile.list().toSeq, Seq("in.csv"))
    Files.write(input, Array.emptyByteArray)
    assertEquals(BatchPredictVerb.run(spec("batchpredict", options)) \ "predictions", JInt(0))
  }

  test("models that are not on Spark are sent to the workers") {
    val kept =
      """{"datasource": {"params": {"numbers": [1, 3]}}, "algorithms": [{"name": "own", "params": {"factor": 2}}]}"""
    val (_, lines, _) = predicted(kept)
    assertEquals(lines.head, """{"query":{"factor":1.0},"prediction":{"value":4.001}}""")
  }

  /** A native process in the test's hand. */
  private class TestLink extends Link {
    val sent = new LinkedBlockingQueue[JObject]
    val incoming = new LinkedBlockingQueue[JValue]
    override def send(message: JObject): Unit = sent.put(message)
    override def received: Iterator[JValue] = Iterator.continually(incoming.take())
  }

  test("a worker says when it is ready, answers queries and stops") {
    val link = new TestLink
    val id = trained()
    Seq("""{"factor": 1}""", "{}", "x").zipWithIndex.foreach { case (body, n) =>
      link.incoming.put(JObject("type" -> JString("query"), "id" -> JInt(n), "body" -> JString(body)))
    }
    link.incoming.put(JObject("type" -> JString("stop")))
    ServeVerb.run(spec("serve", s"""{"engineInstanceId": "$id"}""", "{}"), link, new StopListener(link))
    val ready = link.sent.take()
    assertEquals(text(ready, "type"), "ready")
    assertEquals(text(ready, "engineInstanceId"), id)
    val answers = Seq.fill(3)(link.sent.take()).sortBy(answer => JsonText.write(answer \ "id"))
    assertEquals(answers.map(_ \ "status"), Seq(JInt(200), JInt(400), JInt(400)))
    assertEquals(text(answers.head, "body"), """{"value":12.001}""")
    assertEquals(text(answers(1), "message"), "The field 'factor' is missing; it must be a number (Double).")
  }

  test("an answer that the link cannot take is told to the client, and the worker goes on") {
    val link = new TestLink {
      override def send(message: JObject): Unit =
        if (message \ "status" == JInt(200)) throw Errors.messageTooLong(11, 10) else super.send(message)
    }
    link.incoming.put(JObject("type" -> JString("query"), "id" -> JInt(7), "body" -> JString("{\"factor\": 1}")))
    link.incoming.put(JObject("type" -> JString("stop")))
    ServeVerb.run(spec("serve", s"""{"engineInstanceId": "${trained()}"}""", "{}"), link, new StopListener(link))
    assertEquals(text(link.sent.take(), "type"), "ready")
    val answer = link.sent.take()
    assertEquals((answer \ "id", answer \ "status"), (JInt(7): JValue, JInt(500): JValue))
    assertEquals(text(answer, "message"), "The engine's answer is too large. It has 11 bytes; at most 10 can be given.")
  }

  test("a spec file is read once and then gone") {
    val file = Files.write(Files.createTempFile("spec", ".json"), """{"version": 1, "verb": "train"}""".getBytes)
    assertEquals(Spec.read(file.toString).verb, "train")
    assert(!Files.exists(file))
    assertEquals(intercept[UserError](Spec.read(file.toString)).code, "bad-spec")
    val other = Files.write(Files.createTempFile("spec", ".json"), """{"version": 7, "verb": "train"}""".getBytes)
    assertEquals(intercept[UserError](Spec.read(other.toString)).code, "bad-spec")
    assertEquals(DatabaseSettings("jdbc:x", "u", "secret").toString.contains("secret"), false)
  }
}
