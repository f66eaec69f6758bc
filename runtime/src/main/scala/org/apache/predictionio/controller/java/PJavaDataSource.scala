package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.PDataSource

/** A data source written in Java whose training data may be spread over a cluster. */
abstract class PJavaDataSource[TD, EI, Q, A] extends PDataSource[TD, EI, Q, A]
