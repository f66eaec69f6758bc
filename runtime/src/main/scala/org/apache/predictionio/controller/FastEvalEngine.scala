package org.apache.predictionio.controller

import org.apache.predictionio.core._

/** An engine which, when it evaluates sets of parameters that begin alike, reads, prepares and trains what they have in
  * common only once. Every [[Engine]] does so; the name is kept for engines that ask for it.
  */
class FastEvalEngine[TD, EI, PD, Q, P, A](
  dataSourceClassMap: Map[String, Class[_ <: BaseDataSource[TD, EI, Q, A]]],
  preparatorClassMap: Map[String, Class[_ <: BasePreparator[TD, PD]]],
  algorithmClassMap: Map[String, Class[_ <: BaseAlgorithm[PD, _, Q, P]]],
  servingClassMap: Map[String, Class[_ <: BaseServing[Q, P]]]
) extends Engine[TD, EI, PD, Q, P, A](
      dataSourceClassMap,
      preparatorClassMap,
      algorithmClassMap,
      servingClassMap
    )
