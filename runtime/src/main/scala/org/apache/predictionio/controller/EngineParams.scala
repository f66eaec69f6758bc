package org.apache.predictionio.controller

import scala.collection.JavaConverters._

/** The parameters of all parts of an engine, each with the name under which the engine knows the part.
  *
  * @param dataSourceParams    name and parameters of the data source
  * @param preparatorParams    name and parameters of the preparator
  * @param algorithmParamsList names and parameters of the algorithms
  * @param servingParams       name and parameters of the serving
  */
class EngineParams(
  val dataSourceParams: (String, Params) = ("", EmptyParams()),
  val preparatorParams: (String, Params) = ("", EmptyParams()),
  val algorithmParamsList: Seq[(String, Params)] = Seq(),
  val servingParams: (String, Params) = ("", EmptyParams())
) extends Serializable {

  /** For Java: names and parameters one after the other. */
  def this(
    dataSourceName: String,
    dataSourceParams: Params,
    preparatorName: String,
    preparatorParams: Params,
    algorithmParamsList: _root_.java.util.Map[String, _ <: Params],
    servingName: String,
    servingParams: Params
  ) = this(
    (dataSourceName, dataSourceParams),
    (preparatorName, preparatorParams),
    algorithmParamsList.asScala.toSeq,
    (servingName, servingParams)
  )

  /** The same with some parts changed. */
  def copy(
    dataSourceParams: (String, Params) = this.dataSourceParams,
    preparatorParams: (String, Params) = this.preparatorParams,
    algorithmParamsList: Seq[(String, Params)] = this.algorithmParamsList,
    servingParams: (String, Params) = this.servingParams
  ): EngineParams = new EngineParams(dataSourceParams, preparatorParams, algorithmParamsList, servingParams)

  private def parts = (dataSourceParams, preparatorParams, algorithmParamsList, servingParams)

  override def equals(other: Any): Boolean = other match {
    case that: EngineParams => parts == that.parts
    case _ => false
  }

  override def hashCode: Int = parts.hashCode

  override def toString: String = s"EngineParams$parts"
}

/** Makes parameters of an engine. */
object EngineParams {

  /** Names and parameters one after the other; what is left out has the name "" and no parameters. */
  def apply(
    dataSourceName: String = "",
    dataSourceParams: Params = EmptyParams(),
    preparatorName: String = "",
    preparatorParams: Params = EmptyParams(),
    algorithmParamsList: Seq[(String, Params)] = Seq(),
    servingName: String = "",
    servingParams: Params = EmptyParams()
  ): EngineParams = new EngineParams(
    (dataSourceName, dataSourceParams),
    (preparatorName, preparatorParams),
    algorithmParamsList,
    (servingName, servingParams)
  )
}
