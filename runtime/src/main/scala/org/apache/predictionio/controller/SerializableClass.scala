package org.apache.predictionio.controller

/** A value that says nothing; see the aliases in this package. */
class SerializableClass() extends Serializable
