package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{Engine, EngineParams, Params, SanityCheck}
import org.apache.predictionio.core.{BaseAlgorithm, BaseDataSource, BasePreparator, Doer}
import org.apache.predictionio.workflow.{StopAfterPrepareInterruption, StopAfterReadInterruption, WorkflowParams}

import org.apache.spark.SparkContext

/** Trains an engine, stage by stage. */
private[predictionio] object EngineTraining {

  /** The algorithms of a set of parameters, with their names and parameters. */
  case class Algorithm[PD, Q, P](name: String, params: Params, algorithm: BaseAlgorithm[PD, Any, Q, P])

  /** Reads, prepares, trains all algorithms, and lets each say what is to be stored of its model. */
  def train[TD, EI, PD, Q, P, A](
    engine: Engine[TD, EI, PD, Q, P, A],
    sc: SparkContext,
    engineParams: EngineParams,
    instanceId: String,
    params: WorkflowParams
  ): Seq[Any] = {
    val algorithms = algorithmsOf(engine, engineParams)
    val models = trainModels(engine, sc, engineParams, algorithms.map(_.algorithm), params)
    algorithms.zip(models).zipWithIndex.map { case ((made, model), index) =>
      val id = modelId(instanceId, index, made.name)
      Stages.run(s"the model of ${describe(made)} could not be stored") {
        made.algorithm.makePersistentModel(sc, id, made.params, model)
      }
    }
  }

  /** Reads, prepares and trains these algorithms. */
  def trainModels[TD, EI, PD, Q, P, A](
    engine: Engine[TD, EI, PD, Q, P, A],
    sc: SparkContext,
    engineParams: EngineParams,
    algorithms: Seq[BaseAlgorithm[PD, Any, Q, P]],
    params: WorkflowParams
  ): Seq[Any] = {
    val dataSource = dataSourceOf(engine, engineParams)
    val preparator = preparatorOf(engine, engineParams)
    Progress.stage("read", "Reading training data")
    val td = Stages.run("the training data could not be read")(dataSource.readTrainingBase(sc))
    check("the training data", td, params)
    if (params.stopAfterRead) throw StopAfterReadInterruption()
    Progress.stage("prepare", "Preparing the data")
    val pd = Stages.run("the data could not be prepared")(preparator.prepareBase(sc, td))
    check("the prepared data", pd, params)
    if (params.stopAfterPrepare) throw StopAfterPrepareInterruption()
    algorithms.zipWithIndex.map { case (algorithm, index) =>
      Progress.stage("train", s"Training ${algorithm.getClass.getSimpleName} (${index + 1} of ${algorithms.size})")
      val model = Stages.run(s"${algorithm.getClass.getSimpleName} could not be trained")(algorithm.trainBase(sc, pd))
      check(s"the model of ${algorithm.getClass.getSimpleName}", model, params)
      model
    }
  }

  /** Makes the algorithms. */
  def algorithmsOf[PD, Q, P](
    engine: Engine[_, _, PD, Q, P, _],
    engineParams: EngineParams
  ): Seq[Algorithm[PD, Q, P]] = engineParams.algorithmParamsList.map { case (name, params) =>
    val cls = part("algorithms", name, engine.algorithmClassMap)
    Algorithm(name, params, Doer(cls.asInstanceOf[Class[_ <: BaseAlgorithm[PD, Any, Q, P]]], params))
  }

  /** Makes the data source. */
  def dataSourceOf[TD, EI, Q, A](
    engine: Engine[TD, EI, _, Q, _, A],
    engineParams: EngineParams
  ): BaseDataSource[TD, EI, Q, A] = {
    val (name, params) = engineParams.dataSourceParams
    Doer(part("datasource", name, engine.dataSourceClassMap), params)
  }

  /** Makes the preparator. */
  def preparatorOf[TD, PD](engine: Engine[TD, _, PD, _, _, _], engineParams: EngineParams): BasePreparator[TD, PD] = {
    val (name, params) = engineParams.preparatorParams
    Doer(part("preparator", name, engine.preparatorClassMap), params)
  }

  /** The class with this name. */
  def part[C](section: String, name: String, classes: Map[String, C]): C =
    classes.getOrElse(name, throw Errors.unknownPartInCode(section, name, classes.keys.toSeq))

  /** The id by which a model stores itself. */
  def modelId(instanceId: String, index: Int, algorithm: String): String = s"$instanceId-$index-$algorithm"

  private def describe(made: Algorithm[_, _, _]): String = made.algorithm.getClass.getSimpleName

  private def check(what: String, value: Any, params: WorkflowParams): Unit = value match {
    case checked: SanityCheck if !params.skipSanityCheck =>
      Stages.check(s"$what did not pass its check")(checked.sanityCheck())
    case _ => ()
  }
}
