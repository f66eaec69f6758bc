package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.LPreparator

/** A preparator written in Java of data that fits into one machine's memory. */
abstract class LJavaPreparator[TD, PD] extends LPreparator[TD, PD]()(AnyClassTag[PD]())
