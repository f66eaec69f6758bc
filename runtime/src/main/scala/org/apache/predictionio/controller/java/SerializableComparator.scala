package org.apache.predictionio.controller.java

import java.util.Comparator

/** A comparator that can be sent to other machines; Java's metrics are ordered with it. */
trait SerializableComparator[T] extends Comparator[T] with java.io.Serializable
