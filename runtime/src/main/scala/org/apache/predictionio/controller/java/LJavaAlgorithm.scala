package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.LAlgorithm

/** An algorithm written in Java whose data and model fit into one machine's memory. */
abstract class LJavaAlgorithm[PD, M, Q, P] extends LAlgorithm[PD, M, Q, P]()(AnyClassTag[M]())
