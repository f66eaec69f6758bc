package org.apache.predictionio.e2.evaluation

import org.apache.spark.rdd.RDD

import scala.reflect.ClassTag

/** Helps to evaluate. */
object CommonHelperFunctions {

  /** Divides data for cross-validation: each part is once tested with what was learnt from the others.
    *
    * @param evalK               how many parts
    * @param dataset             the data
    * @param evaluatorInfo       information for all sets
    * @param trainingDataCreator makes training data of some of the data
    * @param queryCreator        makes a query of a point
    * @param actualCreator       makes the actual result of a point
    */
  def splitData[D: ClassTag, TD, EI, Q, A](
    evalK: Int,
    dataset: RDD[D],
    evaluatorInfo: EI,
    trainingDataCreator: RDD[D] => TD,
    queryCreator: D => Q,
    actualCreator: D => A
  ): Seq[(TD, EI, RDD[(Q, A)])] = {
    val indexed = dataset.zipWithIndex()
    (0 until evalK).map { part =>
      val training = indexed.filter(_._2 % evalK != part).map(_._1)
      val testing = indexed.filter(_._2 % evalK == part).map(_._1)
      (trainingDataCreator(training), evaluatorInfo, testing.map(d => (queryCreator(d), actualCreator(d))))
    }
  }
}
