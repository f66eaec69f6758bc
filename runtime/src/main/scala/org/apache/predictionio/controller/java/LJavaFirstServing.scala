package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.LFirstServing

/** Answers with the first algorithm's prediction, for engines written in Java. */
class LJavaFirstServing[Q, P] extends LFirstServing[Q, P]
