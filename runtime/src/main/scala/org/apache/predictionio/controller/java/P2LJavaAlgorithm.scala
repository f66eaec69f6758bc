package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.P2LAlgorithm

/** An algorithm written in Java, trained with data spread over a cluster, with a model that fits into one machine's memory. */
abstract class P2LJavaAlgorithm[PD, M, Q, P]
    extends P2LAlgorithm[PD, M, Q, P]()(AnyClassTag[M](), AnyClassTag[Q]())
