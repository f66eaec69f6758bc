package org.apache.predictionio.controller

import org.apache.predictionio.core.{BaseAlgorithm, BaseDataSource}

/** An engine of a data source and one algorithm which is trained with the training data as it is.
  *
  * @tparam TD training data
  * @tparam EI evaluation info
  * @tparam Q  query
  * @tparam P  prediction
  * @tparam A  actual result
  */
class SimpleEngine[TD, EI, Q, P, A](
  dataSourceClass: Class[_ <: BaseDataSource[TD, EI, Q, A]],
  algorithmClass: Class[_ <: BaseAlgorithm[TD, _, Q, P]]
) extends Engine(
      dataSourceClass,
      IdentityPreparator(dataSourceClass),
      Map("" -> algorithmClass),
      LFirstServing(algorithmClass)
    )

/** The parameters of a [[SimpleEngine]]. */
class SimpleEngineParams(
  dataSourceParams: Params = EmptyParams(),
  algorithmParams: Params = EmptyParams()
) extends EngineParams(
      dataSourceParams = ("", dataSourceParams),
      algorithmParamsList = Seq(("", algorithmParams))
    )
