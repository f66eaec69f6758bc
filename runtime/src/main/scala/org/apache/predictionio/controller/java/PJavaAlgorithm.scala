package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.PAlgorithm

/** An algorithm written in Java whose model may be spread over a cluster. */
abstract class PJavaAlgorithm[PD, M, Q, P] extends PAlgorithm[PD, M, Q, P]
