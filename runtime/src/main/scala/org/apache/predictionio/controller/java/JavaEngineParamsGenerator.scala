package org.apache.predictionio.controller.java

import org.apache.predictionio.controller.{EngineParams, EngineParamsGenerator}

import scala.collection.JavaConverters._

/** The sets of parameters which `pio eval` compares, for engines written in Java. */
abstract class JavaEngineParamsGenerator extends EngineParamsGenerator {

  /** Sets the sets of parameters, once. */
  def setEngineParamsList(list: java.util.List[_ <: EngineParams]): Unit =
    engineParamsList = list.asScala.toSeq
}
