package org.apache.predictionio

/** What an engine is built of: its parts (data source, preparator, algorithms, serving), its parameters, its evaluation. */
package object controller {

  /** For a data source without parameters. */
  type EmptyDataSourceParams = EmptyParams

  /** For evaluation data without parameters. */
  type EmptyDataParams = EmptyParams

  /** For a preparator without parameters. */
  type EmptyPreparatorParams = EmptyParams

  /** For an algorithm without parameters. */
  type EmptyAlgorithmParams = EmptyParams

  /** For a serving without parameters. */
  type EmptyServingParams = EmptyParams

  /** For a metric without parameters. */
  type EmptyMetricsParams = EmptyParams

  /** For evaluation sets that carry no information of their own. */
  type EmptyEvaluationInfo = SerializableClass

  /** For an engine without training data. */
  type EmptyTrainingData = SerializableClass

  /** For an engine without prepared data. */
  type EmptyPreparedData = SerializableClass

  /** For an algorithm without a model. */
  type EmptyModel = SerializableClass

  /** For an engine which is not evaluated. */
  type EmptyActualResult = SerializableClass
}
