package org.apache.predictionio.data.storage

import org.apache.predictionio.testing.LocalSpark

class BiMapSuite extends munit.FunSuite {
  test("a map is read from both sides") {
    val map = BiMap(Map("a" -> 1, "b" -> 2))
    assertEquals(map("a"), 1)
    assertEquals(map.inverse(2), "b")
    assertEquals(map.inverse.inverse, map)
    assertEquals(map.get("c"), None)
    assertEquals(map.getOrElse("c", 9), 9)
    assert(map.contains("b"))
    assertEquals(map.size, 2)
    assertEquals(map.take(1).size, 1)
    assertEquals(map.toMap, Map("a" -> 1, "b" -> 2))
    assertEquals(map.toSeq.toSet, Set("a" -> 1, "b" -> 2))
  }

  test("no value occurs twice") {
    intercept[IllegalArgumentException](BiMap(Map("a" -> 1, "b" -> 1)))
  }

  test("strings are numbered from 0, in their order, each once") {
    val map = BiMap.stringInt(Array("x", "y", "x", "z"))
    assertEquals(map.toMap, Map("x" -> 0, "y" -> 1, "z" -> 2))
    assertEquals(BiMap.stringLong(Set("x")).toMap, Map("x" -> 0L))
    assertEquals(BiMap.stringDouble(Array("x", "y")).toMap, Map("x" -> 0.0, "y" -> 1.0))
  }

  test("strings on Spark are numbered, each once") {
    val map = BiMap.stringInt(LocalSpark.sc.parallelize(Seq("x", "y", "x", "z"), 3))
    assertEquals(map.toMap.keySet, Set("x", "y", "z"))
    assertEquals(map.toMap.values.toSet, Set(0, 1, 2))
  }

  test("entities have numbers and data") {
    val entities = new EntityMap(Map("a" -> 10, "b" -> 20))
    val number = entities("b")
    assertEquals(entities(number), "b")
    assertEquals(entities.data(number), 20)
    assertEquals(entities.getData("c"), None)
    assertEquals(entities.getOrElseData("c", 0), 0)
    assertEquals(entities.take(1).size, 1L)
  }
}
