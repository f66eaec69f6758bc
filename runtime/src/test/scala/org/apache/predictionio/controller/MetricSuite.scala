package org.apache.predictionio.controller

import org.apache.predictionio.testing.LocalSpark

import org.apache.spark.rdd.RDD

class Average extends AverageMetric[EmptyEvaluationInfo, Double, Double, Double] {
  override def calculate(q: Double, p: Double, a: Double): Double = p
}

class PositiveAverage extends OptionAverageMetric[EmptyEvaluationInfo, Double, Double, Double] {
  override def calculate(q: Double, p: Double, a: Double): Option[Double] = Some(p).filter(_ > 0)
}

class Deviation extends StdevMetric[EmptyEvaluationInfo, Double, Double, Double] {
  override def calculate(q: Double, p: Double, a: Double): Double = p
}

class PositiveDeviation extends OptionStdevMetric[EmptyEvaluationInfo, Double, Double, Double] {
  override def calculate(q: Double, p: Double, a: Double): Option[Double] = Some(p).filter(_ > 0)
}

class Total extends SumMetric[EmptyEvaluationInfo, Double, Double, Double, Int] {
  override def calculate(q: Double, p: Double, a: Double): Int = p.toInt
}

class MetricSuite extends munit.FunSuite {
  private type Sets = Seq[(EmptyEvaluationInfo, RDD[(Double, Double, Double)])]

  private def sets(values: Seq[Double]*): Sets = values.map { set =>
    (new EmptyEvaluationInfo(), LocalSpark.sc.parallelize(set.map(v => (v, v, v)), 2))
  }

  private val some = sets(Seq(1.0, 2.0), Seq(3.0, -6.0))

  test("averages are taken over all sets together") {
    assertEquals(new Average().calculate(LocalSpark.sc, some), 0.0)
    assertEquals(new PositiveAverage().calculate(LocalSpark.sc, some), 2.0)
    assertEquals(new PositiveAverage().calculate(LocalSpark.sc, sets(Seq(-1.0))), 0.0)
  }

  test("averages do not depend on how the values are divided") {
    val ones = Seq.fill(25)(1.0) ++ Seq.fill(5)(0.0)
    assertEquals(new Average().calculate(LocalSpark.sc, sets(ones)), 25.0 / 30)
    assertEquals(new Average().calculate(LocalSpark.sc, sets(ones.reverse.take(7), ones.take(23))), 25.0 / 30)
    assertEquals(new Average().calculate(LocalSpark.sc, sets(Seq(1e16, 1.0), Seq(-1e16))), 1.0 / 3)
  }

  test("deviations are those of the whole population") {
    assertEqualsDouble(new Deviation().calculate(LocalSpark.sc, sets(Seq(2.0, 4.0))), 1.0, 1e-12)
    assertEqualsDouble(new PositiveDeviation().calculate(LocalSpark.sc, sets(Seq(2.0, 4.0, -9.0))), 1.0, 1e-12)
  }

  test("sums are of any number") {
    assertEquals(new Total().calculate(LocalSpark.sc, some), 0)
    assertEquals(new ZeroMetric[EmptyEvaluationInfo, Double, Double, Double].calculate(LocalSpark.sc, some), 0.0)
  }

  test("a greater measure is better, unless an order says otherwise") {
    assert(new Average().compare(2.0, 1.0) > 0)
    val reversed = new Metric[EmptyEvaluationInfo, Double, Double, Double, Double]()(Ordering.Double.reverse) {
      override def calculate(sc: org.apache.spark.SparkContext, sets: Sets): Double = 0.0
    }
    assert(reversed.compare(2.0, 1.0) < 0)
    assertEquals(new Average().header, "Average")
  }
}
