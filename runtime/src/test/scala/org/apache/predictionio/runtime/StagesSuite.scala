package org.apache.predictionio.runtime

import org.apache.predictionio.testing.LocalSpark

class Unsendable(val number: Int)

class StagesSuite extends munit.FunSuite {
  private def failure(work: => Any): UserError = intercept[UserError](Stages.run("training Algorithm")(work))

  test("a result that cannot be sent is told by its class") {
    val error = failure(LocalSpark.sc.parallelize(Seq(1)).map(new Unsendable(_)).collect())
    assertEquals(error.code, "engine-failed")
    assert(error.getMessage.contains("training Algorithm"), error.getMessage)
    assert(error.why.contains(classOf[Unsendable].getName), error.why)
    assert(error.hint.contains("Serializable"), error.hint)
  }

  test("an object that a task needs and that cannot be sent is told by its class") {
    val own = new Unsendable(2)
    val error = failure(LocalSpark.sc.parallelize(Seq(1)).map(_ + own.number).collect())
    assert(error.why.contains(classOf[Unsendable].getName), error.why)
  }

  test("data that is empty, and what the engine itself says, are told apart") {
    assertEquals(failure(LocalSpark.sc.emptyRDD[Int].reduce(_ + _)).code, "no-data")
    assertEquals(failure(sys.error("no such thing")).code, "engine-failed")
  }
}
