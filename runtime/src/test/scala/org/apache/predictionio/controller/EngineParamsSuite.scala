package org.apache.predictionio.controller

import org.apache.predictionio.testing.{FactorParams, NumberParams}

class EngineParamsSuite extends munit.FunSuite {
  test("what is left out is empty and has no name") {
    assertEquals(EngineParams().dataSourceParams, ("", EmptyParams(): Params))
    assertEquals(EngineParams().algorithmParamsList, Nil)
  }

  test("a copy changes what it names") {
    val params = EngineParams(dataSourceName = "a", dataSourceParams = NumberParams(Seq(1.0)))
    val copy = params.copy(algorithmParamsList = Seq("x" -> FactorParams(2.0)))
    assertEquals(copy.dataSourceParams, ("a", NumberParams(Seq(1.0)): Params))
    assertEquals(copy.algorithmParamsList, Seq("x" -> FactorParams(2.0)))
    assertEquals(copy.copy(algorithmParamsList = Nil), params)
    assertEquals(params.copy(servingParams = ("s", FactorParams(1.0))).servingParams._1, "s")
  }

  test("Java gives names, parameters and a map of algorithms") {
    val algorithms = _root_.java.util.Collections.singletonMap("x", FactorParams(2.0))
    val params = new EngineParams("a", EmptyParams(), "", EmptyParams(), algorithms, "", EmptyParams())
    assertEquals(params, EngineParams(dataSourceName = "a", algorithmParamsList = Seq("x" -> FactorParams(2.0))))
  }

  test("a generator's list and an evaluation's metric are set once") {
    val generator = new EngineParamsGenerator {}
    intercept[IllegalArgumentException](generator.engineParamsList)
    generator.engineParamsList = Seq(EngineParams())
    assertEquals(generator.engineParamsList.size, 1)
    intercept[IllegalArgumentException](generator.engineParamsList = Nil)
  }
}
