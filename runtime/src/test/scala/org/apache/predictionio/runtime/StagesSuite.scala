package org.apache.predictionio.runtime

import org.apache.predictionio.testing.LocalSpark

import org.apache.spark.SparkException

import java.sql.SQLException

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

  test("a missing app is told while evaluating as while training, other failures with their set") {
    def told(error: UserError) = intercept[UserError](Stages.parameterSet(1, 3)(throw error)).what
    assertEquals(told(Errors.noApp("shop")), "There is no app named 'shop'.")
    assert(told(Errors.noAlgorithms).startsWith("Set 1 of 3 of the engine's parameters"))
  }

  test("data that is empty, and what the engine itself says, are told apart") {
    assertEquals(failure(LocalSpark.sc.emptyRDD[Int].reduce(_ + _)).code, "no-data")
    assertEquals(failure(sys.error("no such thing")).code, "engine-failed")
  }

  test("a library that lacks a class, a method or native code is said of the dependencies") {
    val native = failure(throw new UnsatisfiedLinkError("no blas in java.library.path"))
    assertEquals(native.code, "engine-failed")
    assert(native.why.contains("UnsatisfiedLinkError: no blas in java.library.path."), native.why)
    assert(native.hint.contains("build.sbt"), native.hint)
    val method = failure(throw new SparkException("Job aborted.", new NoSuchMethodError("a.B.c()")))
    assert(method.why.contains("NoSuchMethodError: a.B.c()."), method.why)
    val itself = failure(throw new ExceptionInInitializerError(new RuntimeException("no file")))
    assert(!itself.hint.contains("build.sbt"), itself.hint)
  }

  test("what a sanity check throws itself is said of the data") {
    val error = intercept[UserError](Stages.check("the data did not pass")(throw new RuntimeException("no ratings")))
    assertEquals(error.code, "no-data")
    assert(error.why.contains("no ratings"), error.why)
  }

  test("a failure of Spark or of the database during a sanity check is not said of the data") {
    val lost = new SparkException("Job aborted due to stage failure: Master removed our application: KILLED")
    assertEquals(intercept[UserError](Stages.check("the data did not pass")(throw lost)).code, "spark")
    val away = new RuntimeException(new SQLException("This connection has been closed."))
    assertEquals(intercept[UserError](Stages.check("the data did not pass")(throw away)).code, "database")
  }
}
