package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{Engine, EngineParams, Params}
import org.apache.predictionio.core.{BaseAlgorithm, Doer}
import org.apache.predictionio.workflow.WorkflowLog

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import java.util.concurrent.ConcurrentHashMap

/** Evaluates an engine. What sets of parameters have in common, from the data source on, is done once. */
private[predictionio] class EngineEvaluation[TD, EI, PD, Q, P, A](
  engine: Engine[TD, EI, PD, Q, P, A],
  sc: SparkContext
) {
  private type Named = (String, Params)
  private type Sets = Seq[(TD, EI, RDD[(Q, A)])]
  private type Predictions = Seq[(EI, RDD[(Q, P, A)])]

  private val read = new Once[Named, Sets]
  private val prepared = new Once[(Named, Named), Seq[PD]]
  private val trained = new Once[(Named, Named, Named), Seq[(BaseAlgorithm[PD, Any, Q, P], Any)]]

  /** All sets of parameters; each is worked on when it is first looked at, so that several can be at once. */
  def evalAll(all: Seq[EngineParams]): Seq[(EngineParams, Predictions)] =
    new OnDemand(all.map(params => () => (params, eval(params))).toIndexedSeq)

  /** Trains with each set's data and predicts its queries. */
  def eval(params: EngineParams): Predictions = {
    val (servingName, servingParams) = params.servingParams
    val serving = Doer(EngineTraining.part("serving", servingName, engine.servingClassMap), servingParams)
    val algorithms = params.algorithmParamsList.map(named => models(params, named))
    sets(params).zipWithIndex.map { case ((_, info, queries), index) =>
      val indexed = queries.zipWithUniqueId().map(_.swap)
      val supplemented = indexed.map { case (id, (query, _)) => (id, serving.supplementBase(query)) }
      val predictions = algorithms.zipWithIndex.map { case (models, place) =>
        val (algorithm, model) = models(index)
        algorithm.batchPredictBase(sc, model, supplemented).map { case (id, prediction) => (id, (place, prediction)) }
      }
      val answers = sc.union(predictions).groupByKey().join(indexed).map { case (_, (found, (query, actual))) =>
        val inOrder = found.toSeq.sortBy(_._1).map(_._2)
        (query, serving.serveBase(query, inOrder), actual)
      }
      (info, answers)
    }
  }

  private def sets(params: EngineParams): Sets = read(params.dataSourceParams) {
    Progress.stage("read", "Reading evaluation data")
    val sets =
      Stages.run("the evaluation data could not be read")(EngineTraining.dataSourceOf(engine, params).readEvalBase(sc))
    if (sets.isEmpty) WorkflowLog.log.warn("The data source gives no evaluation data (readEval), so the scores say nothing.")
    sets
  }

  private def data(params: EngineParams): Seq[PD] = prepared((params.dataSourceParams, params.preparatorParams)) {
    val preparator = EngineTraining.preparatorOf(engine, params)
    Stages.run("the evaluation data could not be prepared")(sets(params).map(set => preparator.prepareBase(sc, set._1)))
  }

  /** The trained algorithm for each set of data. */
  private def models(params: EngineParams, named: Named): Seq[(BaseAlgorithm[PD, Any, Q, P], Any)] =
    trained((params.dataSourceParams, params.preparatorParams, named)) {
      val made = EngineTraining.algorithmsOf(engine, params.copy(algorithmParamsList = Seq(named))).head.algorithm
      Stages.run(s"${made.getClass.getSimpleName} could not be trained") {
        data(params).map(pd => (made, made.trainBase(sc, pd)))
      }
    }
}

/** Keeps what was made for a key; what several threads ask for at once is made by one of them. */
private class Once[K, V] {
  private class Cell(make: => V) {
    lazy val value: V = make
  }

  private val made = new ConcurrentHashMap[K, Cell]

  def apply(key: K)(make: => V): V = made.computeIfAbsent(key, _ => new Cell(make)).value
}

/** A sequence whose elements are made when they are first looked at. */
private class OnDemand[T](elements: IndexedSeq[() => T]) extends IndexedSeq[T] {
  private val made = new Once[Int, T]

  override def length: Int = elements.length

  override def apply(index: Int): T = made(index)(elements(index)())
}
