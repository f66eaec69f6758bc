package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.LServing

/** A serving written in Java. */
abstract class LJavaServing[Q, P] extends LServing[Q, P]
