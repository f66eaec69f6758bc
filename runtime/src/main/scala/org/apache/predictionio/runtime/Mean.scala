package org.apache.predictionio.runtime

import org.apache.spark.rdd.RDD

/** Means that do not depend on which task ends first, so that equally good sets of parameters have equal scores. */
private[predictionio] object Mean {

  /** The mean; 0 of nothing. */
  def of(values: RDD[Double]): Double = {
    val parts = values.mapPartitions(part => Iterator(part.foldLeft(Sum())(_.add(_)))).collect()
    val all = parts.foldLeft(Sum())(_.merge(_))
    if (all.count == 0) 0.0 else all.total / all.count
  }

  /** A sum which keeps what is lost when small numbers are added to large ones (Neumaier). */
  private case class Sum(sum: Double = 0.0, lost: Double = 0.0, count: Long = 0L) {
    def total: Double = sum + lost

    def add(value: Double): Sum = plus(value, 1L)

    def merge(that: Sum): Sum = plus(that.sum, that.count).keeping(that.lost)

    private def keeping(more: Double) = copy(lost = lost + more)

    private def plus(value: Double, values: Long): Sum = {
      val next = sum + value
      val error = if (math.abs(sum) >= math.abs(value)) (sum - next) + value else (value - next) + sum
      Sum(next, lost + (if (next.isInfinite || next.isNaN) 0.0 else error), count + values)
    }
  }
}
