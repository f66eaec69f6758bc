package org.apache.predictionio.data.storage

import org.joda.time.{DateTime, DateTimeZone}

class PropertyAggregationSuite extends munit.FunSuite {
  private def event(name: String, at: Long, properties: String = "{}"): Event = Event(
    event = name,
    entityType = "item",
    entityId = "i1",
    properties = DataMap(properties),
    eventTime = new DateTime(at, DateTimeZone.UTC)
  )

  /** What the events come to, however they are ordered and divided. */
  private def result(events: Event*): Option[PropertyMap] = {
    val results = for (order <- events.permutations; cut <- 0 to events.size) yield {
      val (left, right) = order.splitAt(cut)
      val parts = Seq(left, right).map(_.foldLeft(PropertyAggregation())(_.add(_)))
      parts.reduce(_.merge(_)).result
    }
    val distinct = results.toSet
    assertEquals(distinct.size, 1, distinct.toString)
    distinct.head
  }

  test("later values replace earlier ones, others stay") {
    val properties = result(event("$set", 1, """{"a": 1, "b": 1}"""), event("$set", 2, """{"b": 2}"""))
    assertEquals(properties.map(_.fields), Some(DataMap("""{"a": 1, "b": 2}""").fields))
    assertEquals(properties.map(_.firstUpdated.getMillis), Some(1L))
    assertEquals(properties.map(_.lastUpdated.getMillis), Some(2L))
  }

  test("what was unset is gone until it is set again") {
    val unset = event("$unset", 2, """{"a": null}""")
    assertEquals(result(event("$set", 1, """{"a": 1, "b": 1}"""), unset).map(_.keySet), Some(Set("b")))
    assertEquals(result(event("$set", 3, """{"a": 1}"""), unset).map(_.keySet), Some(Set("a")))
    assertEquals(result(event("$set", 2, """{"a": 1}"""), unset).map(_.keySet), Some(Set.empty[String]))
  }

  test("a deleted entity has nothing but what is set later") {
    val delete = event("$delete", 2)
    assertEquals(result(event("$set", 1, """{"a": 1}"""), delete), None)
    assertEquals(result(event("$set", 2, """{"a": 1}"""), delete), None)
    val later = result(event("$set", 1, """{"a": 1}"""), delete, event("$set", 3, """{"b": 1}"""))
    assertEquals(later.map(_.keySet), Some(Set("b")))
    assertEquals(later.map(_.firstUpdated.getMillis), Some(1L))
  }

  test("an entity that was set without properties is there, one that was only unset is not") {
    assertEquals(result(event("$set", 1)).map(_.isEmpty), Some(true))
    assertEquals(result(event("$unset", 1, """{"a": null}""")), None)
    assertEquals(result(event("rate", 1)), None)
  }

  test("entities are kept apart") {
    val other = event("$set", 1, """{"a": 1}""").copy(entityId = "i2")
    assertEquals(PropertyAggregation.all(Iterator(event("$set", 1), other)).keySet, Set("i1", "i2"))
  }
}
