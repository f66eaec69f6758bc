package org.apache.predictionio.controller

import org.apache.predictionio.runtime.UserError
import org.apache.predictionio.testing._
import org.apache.predictionio.workflow._

import org.apache.spark.rdd.RDD

class EngineSuite extends munit.FunSuite {
  private val engine = MeanEngine()
  private val one = FactorParams(1.0)

  private def train(params: EngineParams, workflow: WorkflowParams = WorkflowParams()): Seq[Any] =
    engine.train(LocalSpark.sc, params, "instance", workflow)

  private def deploy(params: EngineParams, stored: Seq[Any]): Seq[Any] =
    engine.prepareDeploy(LocalSpark.sc, params, "instance", stored, WorkflowParams())

  test("a model is stored as it is, by itself, or not at all, and deployed accordingly") {
    val params =
      MeanEngine.params(Seq(1.0, 3.0), "kept" -> FactorParams(2.0), "own" -> one, "again" -> FactorParams(4.0))
    val stored = train(params)
    assertEquals(stored, Seq[Any](4.0, PersistentModelManifest(classOf[StoredMean].getName), ()))
    assertEquals(StoredMean.stored.get("instance-1-own"), Some(2.0))
    deploy(params, stored) match {
      case Seq(kept, own, again: RDD[_]) =>
        assertEquals(kept, 4.0: Any)
        assertEquals(own, StoredMean(2.0): Any)
        assertEquals(again.collect().toSet: Any, Set(4.0, 12.0): Any)
      case other => fail(s"$other")
    }
  }

  test("a model that does not want to be stored is trained again") {
    val params = MeanEngine.params(Seq(1.0, 3.0), "own" -> FactorParams(-1.0))
    assertEquals(train(params), Seq[Any](()))
    assertEquals(deploy(params, Seq(())), Seq[Any](StoredMean(2.0)))
  }

  test("only what was not stored is trained again") {
    val params = MeanEngine.params(Seq(1.0, 3.0), "kept" -> one, "again" -> one)
    assertEquals(deploy(params, Seq(77.0, ())).head, 77.0: Any)
  }

  test("data that does not pass its check ends the training, unless checks are left out") {
    val error = intercept[UserError](train(MeanEngine.params(Nil, "kept" -> one)))
    assertEquals(error.code, "no-data")
    assert(error.why.contains("There are no numbers"), error.why)
    train(MeanEngine.params(Nil, "again" -> one), WorkflowParams(skipSanityCheck = true))
  }

  test("a training stops where it is told to") {
    val params = MeanEngine.params(Seq(1.0), "kept" -> one)
    intercept[StopAfterReadInterruption](train(params, WorkflowParams(stopAfterRead = true)))
    intercept[StopAfterPrepareInterruption](train(params, WorkflowParams(stopAfterPrepare = true)))
  }

  test("an algorithm that the engine does not have is an error that names those it has") {
    val error = intercept[UserError](train(MeanEngine.params(Seq(1.0), "other" -> one)))
    assertEquals(error.code, "bad-variant")
    assert(error.why.contains("'again', 'kept', 'own'"), error.why)
  }

  test("algorithms see the supplemented query, the serving sees the query as it came in") {
    val params = EngineParams(
      dataSourceParams = NumberParams(Seq(1.0, 3.0), folds = 1),
      algorithmParamsList = Seq("kept" -> one, "again" -> FactorParams(10.0))
    )
    val Seq((_, answers)) = engine.eval(LocalSpark.sc, params)
    val byQuery = answers.map { case (query, answer, _) => query.factor -> answer.value }.collectAsMap()
    assertEquals(byQuery.toMap, Map(1.0 -> (2.0 * 2 + 20.0 * 2 + 0.001), 3.0 -> (2.0 * 4 + 20.0 * 4 + 0.003)))
  }

  test("an engine can be made of single classes and changed") {
    val made = Engine(classOf[NumberSource], classOf[KeepAll], Map("x" -> classOf[KeptMean]), classOf[SumServing])
    assertEquals(made.algorithmClassMap.keySet, Set("x"))
    assertEquals(made.copy(algorithmClassMap = Map("y" -> classOf[KeptMean])).algorithmClassMap.keySet, Set("y"))
    val simple = new SimpleEngine(classOf[NumberSource], classOf[KeptMean])
    val params = new SimpleEngineParams(NumberParams(Seq(5.0)), one)
    assertEquals(simple.train(LocalSpark.sc, params), Seq[Any](5.0))
  }
}
