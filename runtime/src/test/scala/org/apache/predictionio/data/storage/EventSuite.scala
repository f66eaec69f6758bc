package org.apache.predictionio.data.storage

import org.json4s._
import org.json4s.native.JsonMethods.parse

class EventSuite extends munit.FunSuite {
  private implicit val formats: Formats = DefaultFormats + new EventJson4sSupport.APISerializer
  private val rate = Event(event = "rate", entityType = "user", entityId = "u1")

  private def refused(event: Event): Unit = {
    val _ = intercept[IllegalArgumentException](EventValidation.validate(event))
  }

  test("an event without empty or reserved names is valid") {
    EventValidation.validate(rate)
    EventValidation.validate(rate.copy(event = "$set"))
    EventValidation.validate(rate.copy(entityType = "pio_pr"))
    EventValidation.validate(rate.copy(targetEntityType = Some("item"), targetEntityId = Some("i1")))
  }

  test("empty and reserved names, half targets and empty $unset are refused") {
    refused(rate.copy(event = ""))
    refused(rate.copy(entityId = ""))
    refused(rate.copy(event = "$other"))
    refused(rate.copy(entityType = "pio_user"))
    refused(rate.copy(targetEntityType = Some("item")))
    refused(rate.copy(event = "$unset"))
    refused(rate.copy(event = "$set", targetEntityType = Some("item"), targetEntityId = Some("i1")))
    refused(rate.copy(properties = DataMap("""{"pio_x": 1}""")))
  }

  test("JSON becomes an event and JSON again") {
    val json = parse("""{"event": "rate", "entityType": "user", "entityId": "u1", "targetEntityType": "item",
      "targetEntityId": "i1", "properties": {"rating": 4}, "eventTime": "2015-01-02T03:04:05.678+09:00"}""")
    val event = json.extract[Event]
    assertEquals(event.targetEntityId, Some("i1"))
    assertEquals(event.properties.get[Int]("rating"), 4)
    val again = Extraction.decompose(event)
    assertEquals(again \ "eventTime", JString("2015-01-02T03:04:05.678+09:00"))
    assertEquals(again \ "properties", json \ "properties")
    intercept[MappingException](parse("""{"entityType": "user", "entityId": "u1"}""").extract[Event])
  }

  test("times keep their zones; UTC is understood where none is named") {
    assertEquals(Times.format(Times.parse("2015-01-02T03:04:05")), "2015-01-02T03:04:05.000Z")
    assertEquals(Times.format(Times.parse("2015-01-02T03:04:05-0700")), "2015-01-02T03:04:05.000-07:00")
    assertEquals(Times.zone("no such zone").getID, "UTC")
    assertEquals(Times.zone("Asia/Tokyo").getID, "Asia/Tokyo")
  }
}
