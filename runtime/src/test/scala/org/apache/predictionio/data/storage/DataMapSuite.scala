package org.apache.predictionio.data.storage

import org.joda.time.{DateTime, DateTimeZone}
import org.json4s._

class DataMapSuite extends munit.FunSuite {
  private val map = DataMap(
    """{"text": "a", "whole": 4, "fraction": 1.5, "list": ["x", "y"], "nothing": null, "time": "2015-03-01T10:00:00.000+09:00"}"""
  )

  test("a property is read as the type that is asked for") {
    assertEquals(map.get[String]("text"), "a")
    assertEquals(map.get[Int]("whole"), 4)
    assertEquals(map.get[Long]("whole"), 4L)
    assertEquals(map.get[Double]("whole"), 4.0)
    assertEquals(map.get[Double]("fraction"), 1.5)
    assertEquals(map.get[List[String]]("list"), List("x", "y"))
    assertEquals(map.get[DateTime]("time").getMillis, new DateTime(2015, 3, 1, 1, 0, DateTimeZone.UTC).getMillis)
  }

  test("a missing or null property is an error where it must be there, and nothing where it may be missing") {
    val missing = intercept[DataMapException](map.get[String]("other"))
    assertEquals(missing.getMessage, "The field other is required.")
    val none = intercept[DataMapException](map.get[String]("nothing"))
    assertEquals(none.getMessage, "The required field nothing cannot be null.")
    assertEquals(map.getOpt[String]("other"), None)
    assertEquals(map.getOpt[String]("nothing"), None)
    assertEquals(map.getOrElse[String]("other", "default"), "default")
    intercept[MappingException](map.get[Int]("text"))
  }

  test("Java reads by class") {
    assertEquals(map.get("text", classOf[String]), "a")
    assertEquals(map.getStringList("list"), java.util.Arrays.asList("x", "y"))
    intercept[DataMapException](map.get("other", classOf[String]))
  }

  test("maps are joined, the right one winning, and names are taken away") {
    val joined = DataMap("""{"a": 1, "b": 2}""") ++ DataMap("""{"b": 3}""")
    assertEquals(joined, DataMap("""{"a": 1, "b": 3}"""))
    assertEquals(joined -- List("a"), DataMap("""{"b": 3}"""))
    assertEquals(joined.keySet, Set("a", "b"))
    assert(DataMap().isEmpty)
  }

  test("a whole object is extracted") {
    assertEquals(DataMap("""{"x": 1}""").extract[Map[String, Int]], Map("x" -> 1))
  }

  test("lazily parsed text is equal to the same properties") {
    assertEquals(DataMap.lazily("""{"a": [1, {"b": null}]}"""), DataMap("""{"a": [1, {"b": null}]}"""))
    assertEquals(DataMap.lazily(null), DataMap())
  }

  test("what is no object is refused") {
    intercept[DataMapException](DataMap("[1]"))
  }

  test("a property map knows its times and is equal to a data map with the same fields") {
    val at = new DateTime(0L, DateTimeZone.UTC)
    val properties = PropertyMap("""{"a": 1}""", at, at.plusDays(1))
    assertEquals(properties.lastUpdated, at.plusDays(1))
    assertEquals(properties, PropertyMap(DataMap("""{"a": 1}""").fields, at, at.plusDays(1)))
    assert(properties != PropertyMap("""{"a": 1}""", at, at))
    assertEquals(properties.get[Int]("a"), 1)
  }
}
