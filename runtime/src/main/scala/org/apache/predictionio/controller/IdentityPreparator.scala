package org.apache.predictionio.controller

import org.apache.predictionio.core.{BaseDataSource, BasePreparator}

import org.apache.spark.SparkContext

/** Prepared data is the training data itself. */
class IdentityPreparator[TD] extends BasePreparator[TD, TD] {
  override def prepareBase(sc: SparkContext, td: TD): TD = td
}

/** Names the class for an engine's definition. */
object IdentityPreparator {

  /** The class for engines with this data source. */
  def apply[TD](ds: Class[_ <: BaseDataSource[TD, _, _, _]]): Class[IdentityPreparator[TD]] =
    classOf[IdentityPreparator[TD]]
}

/** An older name of [[IdentityPreparator]]. */
class PIdentityPreparator[TD] extends IdentityPreparator[TD]

/** Names the class for an engine's definition. */
object PIdentityPreparator {

  /** The class for engines with this data source. */
  def apply[TD](ds: Class[_ <: BaseDataSource[TD, _, _, _]]): Class[IdentityPreparator[TD]] =
    classOf[IdentityPreparator[TD]]
}

/** An older name of [[IdentityPreparator]]. */
class LIdentityPreparator[TD] extends IdentityPreparator[TD]

/** Names the class for an engine's definition. */
object LIdentityPreparator {

  /** The class for engines with this data source. */
  def apply[TD](ds: Class[_ <: BaseDataSource[TD, _, _, _]]): Class[IdentityPreparator[TD]] =
    classOf[IdentityPreparator[TD]]
}
