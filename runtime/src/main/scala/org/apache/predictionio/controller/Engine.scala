package org.apache.predictionio.controller

import org.apache.predictionio.core._
import org.apache.predictionio.data.storage.EngineInstance
import org.apache.predictionio.runtime.{EngineEvaluation, EngineModels, EngineTraining}
import org.apache.predictionio.workflow.JsonExtractorOption.JsonExtractorOption
import org.apache.predictionio.workflow.{EngineParamsJson, WorkflowParams}

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD
import org.json4s.JValue

import scala.collection.JavaConverters._
import scala.language.implicitConversions

/** A data source, a preparator, algorithms and a serving. Of each part there may be several classes, each with a name;
  * engine.json says which are used. The part without a name is called "".
  *
  * @tparam TD training data
  * @tparam EI evaluation info
  * @tparam PD prepared data
  * @tparam Q  query
  * @tparam P  prediction
  * @tparam A  actual result
  * @param dataSourceClassMap data sources by name
  * @param preparatorClassMap preparators by name
  * @param algorithmClassMap  algorithms by name
  * @param servingClassMap    servings by name
  */
class Engine[TD, EI, PD, Q, P, A](
  val dataSourceClassMap: Map[String, Class[_ <: BaseDataSource[TD, EI, Q, A]]],
  val preparatorClassMap: Map[String, Class[_ <: BasePreparator[TD, PD]]],
  val algorithmClassMap: Map[String, Class[_ <: BaseAlgorithm[PD, _, Q, P]]],
  val servingClassMap: Map[String, Class[_ <: BaseServing[Q, P]]]
) extends BaseEngine[EI, Q, P, A] {

  /** An engine with one data source, one preparator and one serving. */
  def this(
    dataSourceClass: Class[_ <: BaseDataSource[TD, EI, Q, A]],
    preparatorClass: Class[_ <: BasePreparator[TD, PD]],
    algorithmClassMap: Map[String, Class[_ <: BaseAlgorithm[PD, _, Q, P]]],
    servingClass: Class[_ <: BaseServing[Q, P]]
  ) = this(Map("" -> dataSourceClass), Map("" -> preparatorClass), algorithmClassMap, Map("" -> servingClass))

  /** For Java: an engine with one data source, one preparator and one serving. */
  def this(
    dataSourceClass: Class[_ <: BaseDataSource[TD, EI, Q, A]],
    preparatorClass: Class[_ <: BasePreparator[TD, PD]],
    algorithmClassMap: _root_.java.util.Map[String, Class[_ <: BaseAlgorithm[PD, _, Q, P]]],
    servingClass: Class[_ <: BaseServing[Q, P]]
  ) = this(
    Map("" -> dataSourceClass),
    Map("" -> preparatorClass),
    algorithmClassMap.asScala.toMap,
    Map("" -> servingClass)
  )

  /** The same with some parts changed. */
  def copy(
    dataSourceClassMap: Map[String, Class[_ <: BaseDataSource[TD, EI, Q, A]]] = dataSourceClassMap,
    preparatorClassMap: Map[String, Class[_ <: BasePreparator[TD, PD]]] = preparatorClassMap,
    algorithmClassMap: Map[String, Class[_ <: BaseAlgorithm[PD, _, Q, P]]] = algorithmClassMap,
    servingClassMap: Map[String, Class[_ <: BaseServing[Q, P]]] = servingClassMap
  ): Engine[TD, EI, PD, Q, P, A] =
    new Engine(dataSourceClassMap, preparatorClassMap, algorithmClassMap, servingClassMap)

  override def train(
    sc: SparkContext,
    engineParams: EngineParams,
    engineInstanceId: String = "",
    params: WorkflowParams = WorkflowParams()
  ): Seq[Any] = EngineTraining.train(this, sc, engineParams, engineInstanceId, params)

  /** Makes of what was stored the models to predict with; those that were not stored are trained again. */
  def prepareDeploy(
    sc: SparkContext,
    engineParams: EngineParams,
    engineInstanceId: String,
    persistedModels: Seq[Any],
    params: WorkflowParams
  ): Seq[Any] = EngineModels.prepare(this, sc, engineParams, engineInstanceId, persistedModels, params)

  override def eval(
    sc: SparkContext,
    engineParams: EngineParams,
    params: WorkflowParams = WorkflowParams()
  ): Seq[(EI, RDD[(Q, P, A)])] = new EngineEvaluation(this, sc).eval(engineParams)

  override def batchEval(
    sc: SparkContext,
    engineParamsList: Seq[EngineParams],
    params: WorkflowParams
  ): Seq[(EngineParams, Seq[(EI, RDD[(Q, P, A)])])] = new EngineEvaluation(this, sc).evalAll(engineParamsList)

  override def jValueToEngineParams(variantJson: JValue, jsonExtractor: JsonExtractorOption): EngineParams =
    new EngineParamsJson(this, jsonExtractor).fromVariant(variantJson)

  override def engineInstanceToEngineParams(
    engineInstance: EngineInstance,
    jsonExtractor: JsonExtractorOption
  ): EngineParams = new EngineParamsJson(this, jsonExtractor).fromInstance(engineInstance)
}

/** Makes engines of single classes or of maps of names to classes. */
object Engine {

  /** Data sources by name. */
  class DataSourceMap[TD, EI, Q, A](val m: Map[String, Class[_ <: BaseDataSource[TD, EI, Q, A]]])

  /** Lets a class or a map stand for data sources. */
  object DataSourceMap {
    implicit def cToMap[TD, EI, Q, A](c: Class[_ <: BaseDataSource[TD, EI, Q, A]]): DataSourceMap[TD, EI, Q, A] =
      new DataSourceMap(Map("" -> c))
    implicit def mToMap[TD, EI, Q, A](
      m: Map[String, Class[_ <: BaseDataSource[TD, EI, Q, A]]]
    ): DataSourceMap[TD, EI, Q, A] = new DataSourceMap(m)
  }

  /** Preparators by name. */
  class PreparatorMap[TD, PD](val m: Map[String, Class[_ <: BasePreparator[TD, PD]]])

  /** Lets a class or a map stand for preparators. */
  object PreparatorMap {
    implicit def cToMap[TD, PD](c: Class[_ <: BasePreparator[TD, PD]]): PreparatorMap[TD, PD] =
      new PreparatorMap(Map("" -> c))
    implicit def mToMap[TD, PD](m: Map[String, Class[_ <: BasePreparator[TD, PD]]]): PreparatorMap[TD, PD] =
      new PreparatorMap(m)
  }

  /** Servings by name. */
  class ServingMap[Q, P](val m: Map[String, Class[_ <: BaseServing[Q, P]]])

  /** Lets a class or a map stand for servings. */
  object ServingMap {
    implicit def cToMap[Q, P](c: Class[_ <: BaseServing[Q, P]]): ServingMap[Q, P] = new ServingMap(Map("" -> c))
    implicit def mToMap[Q, P](m: Map[String, Class[_ <: BaseServing[Q, P]]]): ServingMap[Q, P] = new ServingMap(m)
  }

  /** An engine of these parts. */
  def apply[TD, EI, PD, Q, P, A](
    dataSourceMap: DataSourceMap[TD, EI, Q, A],
    preparatorMap: PreparatorMap[TD, PD],
    algorithmClassMap: Map[String, Class[_ <: BaseAlgorithm[PD, _, Q, P]]],
    servingMap: ServingMap[Q, P]
  ): Engine[TD, EI, PD, Q, P, A] = new Engine(dataSourceMap.m, preparatorMap.m, algorithmClassMap, servingMap.m)
}
