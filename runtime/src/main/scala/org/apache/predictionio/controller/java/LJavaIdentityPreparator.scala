package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.IdentityPreparator

/** Prepared data is the training data itself, for engines written in Java. */
class LJavaIdentityPreparator[TD] extends IdentityPreparator[TD]

/** Prepared data is the training data itself, for engines written in Java. */
class PJavaIdentityPreparator[TD] extends IdentityPreparator[TD]
