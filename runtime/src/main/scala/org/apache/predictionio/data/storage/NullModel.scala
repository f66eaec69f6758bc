package org.apache.predictionio.data.storage

/** For algorithms that have no model. */
case class NullModel()
