package org.apache.predictionio.testing

import org.apache.predictionio.runtime.SparkContexts

import org.apache.spark.SparkContext

/** One Spark context for all suites. */
object LocalSpark {
  lazy val sc: SparkContext = {
    sys.props("spark.master") = "local[2]"
    SparkContexts.create("Tests")
  }
}
