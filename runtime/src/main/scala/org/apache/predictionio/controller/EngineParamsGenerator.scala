package org.apache.predictionio.controller

/** Holds the sets of parameters which `pio eval` compares; an object sets the list in its body, once. */
trait EngineParamsGenerator {
  protected var epList: Seq[EngineParams] = _
  protected var epListSet: Boolean = false

  /** The sets of parameters. */
  def engineParamsList: Seq[EngineParams] = {
    require(epListSet, s"${getClass.getName} has set no engineParamsList.")
    epList
  }

  /** Sets the sets of parameters. */
  def engineParamsList_=(list: Seq[EngineParams]): Unit = {
    require(!epListSet, s"${getClass.getName} sets its engineParamsList twice.")
    epList = Seq(list: _*)
    epListSet = true
  }
}
