package org.apache.predictionio.controller

import org.apache.predictionio.testing.LocalSpark
import org.apache.predictionio.workflow.WorkflowParams

import org.apache.spark.rdd.RDD

case class Words(all: List[String])
case class LengthModel(total: Int)

class WordSource extends LDataSource[Words, EmptyEvaluationInfo, String, Int] {
  override def readTraining(): Words = Words(List("a", "bcd"))
  override def readEval(): Seq[(Words, EmptyEvaluationInfo, Seq[(String, Int)])] =
    Seq((readTraining(), new EmptyEvaluationInfo(), Seq("x" -> 5, "yy" -> 6)))
}

class UpperWords extends LPreparator[Words, Words] {
  override def prepare(words: Words): Words = Words(words.all.map(_.toUpperCase))
}

class LengthAlgorithm extends LAlgorithm[Words, LengthModel, String, Double] {
  override def train(words: Words): LengthModel = LengthModel(words.all.map(_.length).sum)
  override def predict(model: LengthModel, query: String): Double = (model.total + query.length).toDouble
}

/** Predicts many queries in a way of its own: each by the model it is handed with the others. */
class ManyLengthsAlgorithm extends LengthAlgorithm {
  override def batchPredict(mRDD: RDD[LengthModel], qs: RDD[(Long, String)]): RDD[(Long, Double)] =
    mRDD.cartesian(qs).map { case (model, (index, query)) => (index, model.total * 100.0 + query.length) }
}

class LocalEngineSuite extends munit.FunSuite {
  private val engine =
    new Engine(
      classOf[WordSource],
      classOf[UpperWords],
      Map("" -> classOf[LengthAlgorithm]),
      classOf[LAverageServing[String]]
    )
  private val params = EngineParams(algorithmParamsList = Seq("" -> EmptyParams(), "" -> EmptyParams()))

  test("an engine of local parts is trained and deployed") {
    val stored = engine.train(LocalSpark.sc, params)
    assertEquals(stored, Seq[Any](LengthModel(4), LengthModel(4)))
    assertEquals(engine.prepareDeploy(LocalSpark.sc, params, "", stored, WorkflowParams()), stored)
    assertEquals(engine.prepareDeploy(LocalSpark.sc, params, "", Seq((), ()), WorkflowParams()), stored)
  }

  test("an engine of local parts is evaluated") {
    val Seq((_, answers)) = engine.eval(LocalSpark.sc, params)
    assertEquals(answers.collect().toSet, Set(("x", 5.0, 5), ("yy", 6.0, 6)))
  }

  test("an evaluation of local parts predicts with the algorithm's own batchPredict") {
    val many = engine.copy(algorithmClassMap = Map("" -> classOf[ManyLengthsAlgorithm]))
    val Seq((_, answers)) = many.eval(LocalSpark.sc, params)
    assertEquals(answers.collect().toSet, Set(("x", 401.0, 5), ("yy", 402.0, 6)))
  }

  test("the first and the mean prediction are served") {
    assertEquals(new LFirstServing[String, Int].serve("q", Seq(3, 4)), 3)
    assertEquals(new LAverageServing[String].serve("q", Seq(3.0, 4.0)), 3.5)
    assertEquals(new IdentityPreparator[Int].prepareBase(LocalSpark.sc, 5), 5)
  }
}
