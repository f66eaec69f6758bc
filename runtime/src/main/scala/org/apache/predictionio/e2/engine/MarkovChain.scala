package org.apache.predictionio.e2.engine

import org.apache.spark.mllib.linalg.distributed.{CoordinateMatrix, MatrixEntry}
import org.apache.spark.mllib.linalg.{SparseVector, Vectors}
import org.apache.spark.rdd.RDD

/** Learns how states follow each other. */
object MarkovChain {

  /** Learns from how often a state (the row) was followed by another (the column).
    *
    * @param matrix the counts
    * @param topN   how many of the likeliest next states are kept for each state
    */
  def train(matrix: CoordinateMatrix, topN: Int): MarkovChainModel = {
    val states = matrix.numCols().toInt
    val transitions = matrix.entries.groupBy(_.i.toInt).mapValues(row(_, states, topN)).sortByKey().cache()
    MarkovChainModel(transitions, topN)
  }

  private def row(entries: Iterable[MatrixEntry], states: Int, topN: Int): SparseVector = {
    val total = entries.map(_.value).sum
    val likeliest = entries.toSeq.sortBy(-_.value).take(topN)
    Vectors.sparse(states, likeliest.map(entry => (entry.j.toInt, entry.value / total))).asInstanceOf[SparseVector]
  }
}

/** How likely one state is followed by another.
  *
  * @param transitionVectors for each state, the probabilities of the likeliest next ones
  * @param n                 how many next states are kept for each
  */
case class MarkovChainModel(transitionVectors: RDD[(Int, SparseVector)], n: Int) {

  /** The probabilities of the next states.
    *
    * @param currentState the probability of each state now
    */
  def predict(currentState: Seq[Double]): Seq[Double] = {
    val weighted = transitionVectors.filter { case (state, _) => state < currentState.size }.flatMap {
      case (state, next) => next.indices.zip(next.values).map { case (i, p) => i -> p * currentState(state) }
    }
    val next = weighted.reduceByKey(_ + _).collectAsMap()
    currentState.indices.map(state => next.getOrElse(state, 0.0))
  }
}
