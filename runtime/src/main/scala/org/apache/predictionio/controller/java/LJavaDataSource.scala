package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.LDataSource

/** A data source written in Java whose training data fits into one machine's memory. */
abstract class LJavaDataSource[TD, EI, Q, A] extends LDataSource[TD, EI, Q, A]()(AnyClassTag[TD]())
