package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.PPreparator

/** A preparator written in Java of data that may be spread over a cluster. */
abstract class PJavaPreparator[TD, PD] extends PPreparator[TD, PD]
