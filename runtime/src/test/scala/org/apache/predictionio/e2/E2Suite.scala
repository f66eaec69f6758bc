package org.apache.predictionio.e2

import org.apache.predictionio.e2.engine.{BinaryVectorizer, CategoricalNaiveBayes, LabeledPoint, MarkovChain}
import org.apache.predictionio.e2.evaluation.CommonHelperFunctions
import org.apache.predictionio.testing.LocalSpark.sc

import org.apache.spark.mllib.linalg.Vectors
import org.apache.spark.mllib.linalg.distributed.{CoordinateMatrix, MatrixEntry}

import scala.collection.immutable.{HashMap, HashSet}

class E2Suite extends munit.FunSuite {
  private val fruits = Seq(
    LabeledPoint("banana", Array("long", "yellow")),
    LabeledPoint("banana", Array("long", "green")),
    LabeledPoint("apple", Array("round", "green")),
    LabeledPoint("apple", Array("round", "red"))
  )

  test("naive Bayes predicts the class in which the features are likeliest") {
    val model = CategoricalNaiveBayes.train(sc.parallelize(fruits, 3))
    assertEquals(model.featureCount, 2)
    assertEqualsDouble(model.priors("apple"), math.log(0.5), 1e-12)
    assertEqualsDouble(model.likelihoods("banana")(1)("green"), math.log(0.5), 1e-12)
    assertEquals(model.predict(Array("long", "green")), "banana")
    assertEquals(model.predict(Array("round", "green")), "apple")
  }

  test("the score of a value that never occurred is the caller's choice, that of an unknown class is none") {
    val model = CategoricalNaiveBayes.train(sc.parallelize(fruits))
    val odd = LabeledPoint("banana", Array("long", "blue"))
    assertEquals(model.logScore(odd), Some(Double.NegativeInfinity))
    assertEqualsDouble(model.logScore(odd, _.min - 1).get, math.log(0.5) + math.log(0.5) - 1, 1e-12)
    assertEquals(model.logScore(LabeledPoint("pear", Array("long", "green"))), None)
    intercept[IllegalArgumentException](model.predict(Array("long")))
  }

  test("a Markov chain keeps the likeliest next states") {
    val entries = Seq(MatrixEntry(0, 0, 3), MatrixEntry(0, 1, 7), MatrixEntry(0, 2, 1), MatrixEntry(1, 2, 4))
    val model = MarkovChain.train(new CoordinateMatrix(sc.parallelize(entries), 3, 3), 2)
    val rows = model.transitionVectors.collectAsMap()
    assertEquals(rows(0), Vectors.sparse(3, Seq(0 -> 3.0 / 11, 1 -> 7.0 / 11)).asInstanceOf[Any])
    assertEquals(model.predict(Seq(0.0, 1.0, 0.0)), Seq(0.0, 0.0, 1.0))
    assertEqualsDouble(model.predict(Seq(0.5, 0.5, 0.0))(1), 3.5 / 11, 1e-12)
  }

  test("a vectorizer has a place for each property with each value") {
    val input = sc.parallelize(Seq(HashMap("a" -> "1", "b" -> "2", "c" -> "9"), HashMap("a" -> "3")))
    val vectorizer = BinaryVectorizer(input, HashSet("a", "b"))
    assertEquals(vectorizer.numFeatures, 3)
    assertEquals(vectorizer.properties.toSet, Set("a" -> "1", "a" -> "3", "b" -> "2"))
    val ordered = BinaryVectorizer(Seq("a" -> "1", "b" -> "2", "a" -> "1"))
    assertEquals(ordered.toBinary(Array("b" -> "2", "x" -> "y")).toArray.toSeq, Seq(0.0, 1.0))
  }

  test("each part of the data is tested once with what was learnt from the others") {
    val sets = CommonHelperFunctions.splitData[Int, Seq[Int], String, Int, Int](
      3,
      sc.parallelize(0 until 7, 2),
      "info",
      _.collect().toSeq,
      identity,
      _ * 10
    )
    assertEquals(sets.map(_._1.size), Seq(4, 5, 5))
    assertEquals(sets.flatMap(_._3.collect()).toSet, (0 until 7).map(n => n -> n * 10).toSet)
    sets.foreach { case (training, info, testing) =>
      assertEquals(info, "info")
      assertEquals(training.toSet & testing.keys.collect().toSet, Set.empty[Int])
    }
  }
}
