package org.apache.predictionio.runtime.json

import org.apache.predictionio.controller.{EngineParams, Params, Utils}
import org.apache.predictionio.workflow.JsonExtractor
import org.apache.predictionio.workflow.JsonExtractorOption.{Both, Gson, Json4sNative, JsonExtractorOption}

import org.joda.time.{DateTime, DateTimeZone}
import org.json4s._

import scala.collection.JavaConverters._

case class Item(id: String, score: Double)
case class Query(user: String, num: Int, categories: Option[Set[String]], limit: Long = 7, items: List[Item] = Nil)
case class Optional(a: Option[Int], b: Option[String])
case class Wide(byte: Byte, flag: Boolean, ratio: Float, names: Map[String, Int], when: DateTime)
case class AlgoParams(rank: Int, lambda: Double, seed: Option[Long]) extends Params

class PlainQuery(val features: Array[Double], val label: String, num: Int) extends Serializable {
  def twice: Int = num * 2
}

case class JavaFields(
  items: java.util.List[Item],
  tags: java.util.Set[String],
  sizes: java.util.Map[String, Int],
  all: java.util.Collection[Option[Long]],
  limit: Option[Int]
)

class JsonExtractorSuite extends munit.FunSuite {
  private def read(json: String, by: JsonExtractorOption = Both): Query =
    JsonExtractor.extract(by, json, classOf[Query])

  private def fault(json: String, by: JsonExtractorOption = Both): JsonFault = intercept[JsonFault](read(json, by))

  private def write(value: Any, by: JsonExtractorOption = Both): String =
    JsonText.write(JsonExtractor.toJValue(by, value))

  override def afterEach(context: AfterEach): Unit = Leniency.missingIsZero = false

  test("all fields are read; options may be absent or null, fields with defaults too") {
    val full = read("""{"user": "1", "num": 4, "categories": ["a"], "limit": 9, "items": [{"id": "i", "score": 1}]}""")
    assertEquals(full, Query("1", 4, Some(Set("a")), 9, List(Item("i", 1.0))))
    assertEquals(read("""{"user": "1", "num": 4}"""), Query("1", 4, None))
    assertEquals(read("""{"user": "1", "num": 4, "categories": null}"""), Query("1", 4, None))
  }

  test("what follows a document is a fault, and nothing of it is read") {
    val query = """{"user": "1", "num": 4}"""
    for {
      rest <- Seq(query, s", $query", s"],[$query", s"} $query", "x", "{\"user\"")
      by <- Seq(Both, Gson, Json4sNative)
    } intercept[Exception](read(query + rest, by))
    assertEquals(read("\uFEFF" + query), Query("1", 4, None))
  }

  test("what is not asked for is ignored, and an option of a wrong type is none") {
    assertEquals(read("""{"user": "1", "num": 4, "other": [1]}"""), Query("1", 4, None))
    assertEquals(read("""{"user": "1", "num": 4, "categories": "a"}"""), Query("1", 4, None))
  }

  test("texts become numbers and numbers texts, where that is asked for") {
    assertEquals(read("""{"user": 1, "num": "10"}"""), Query("1", 10, None))
    assertEquals(read("""{"user": "1", "num": 10.0}""").num, 10)
    assertEquals(read("""{"user": "1", "num": "4.0"}""").num, 4)
  }

  test("a number that the type cannot hold is an error, not another number") {
    Seq("4.5", "\"4.5\"", "3000000000.0", "-1e20").foreach { number =>
      assertEquals(clue(fault(s"""{"user": "1", "num": $number}""")).faults.map(_.path), Seq("num"))
    }
    assert(fault("""{"user": "1", "num": 4.5}""").getMessage.contains("must be a whole number (Int), but is 4.5"))
    assert(fault("""{"user": "1", "num": 1, "limit": 1e19}""").getMessage.contains("9223372036854775807"))
    def optional(a: String) = JsonExtractor.extract(Both, s"""{"a": $a}""", classOf[Optional])
    assertEquals(optional("4.0"), Optional(Some(4), None))
    assertEquals(intercept[JsonFault](optional("4.5")).faults.map(_.path), Seq("a"))
    val wide = """{"byte": 5, "flag": true, "ratio": 1e300, "names": {}, "when": "2015-01-01T00:00:00.000Z"}"""
    assertEquals(intercept[JsonFault](JsonExtractor.extract(Both, wide, classOf[Wide])).faults.map(_.path), Seq("ratio"))
    assertEquals(fault("""{"user": "1", "num": 1, "items": [{"id": "i", "score": "NaN"}]}""").faults.size, 1)
  }

  test("what would take the parsers too deep or too long is refused with words") {
    val million = 1000000
    val texts = Seq(
      "[" * million -> "nested too deeply",
      "{\"a\":" * million -> "nested too deeply",
      """{"user": "1", "num": 1e999999999}""" -> "the number 1e999999999",
      s"""{"user": "1", "num": ${"9" * million}}""" -> "a number of 1000000 characters",
      s"""{"user": "1", "num": ${"9" * 400}}""" -> "which no double can hold",
      s"""{"user": "1", "num": "${"9" * million}"}""" -> "'num' must be a whole number",
      s"""{"user": "1", "num": -Infinity}""" -> "the number -Infinity"
    )
    for ((text, words) <- texts; by <- Seq(Both, Json4sNative, Gson) if !(text.contains("\"9") && by == Gson)) {
      val said = fault(text, by).getMessage
      assert(said.contains(words) || by == Json4sNative && text.contains("\"9"), said.take(200))
    }
  }

  test("a missing field is an error that names it and its type") {
    assertEquals(fault("""{"user": "1"}""").faults, Seq(Fault("num", "a whole number (Int)", None)))
    assertEquals(fault("""{"num": 1}""").getMessage, "The field 'user' is missing; it must be a text (String).")
    assertEquals(fault("""{"user": "1", "num": null}""").missing.map(_.path), Seq("num"))
    assertEquals(fault("{}").missing.map(_.path), Seq("user", "num"))
    assertEquals(
      fault("""{"user": "1", "num": 1, "items": [{"id": "i"}]}""").missing.map(_.path),
      Seq("items[0].score")
    )
  }

  test("with leniency a missing field is 0 or null, as in PIO") {
    Leniency.missingIsZero = true
    assertEquals(read("""{"user": "1"}"""), Query("1", 0, None))
    assertEquals(read("""{"num": 1}""").user, null)
  }

  test("a field of a wrong type is an error that names it") {
    assertEquals(fault("""{"user": "1", "num": "four"}""").faults.map(_.path), Seq("num"))
    assert(fault("""{"user": ["1"], "num": 1}""").getMessage.contains("""is ["1"]"""))
    assert(fault("""{"user": "1", "num": 99999999999}""").getMessage.contains("2147483647"))
    assertEquals(fault("""{"user": "1", "num": 1, "items": 5}""").faults.map(_.path), Seq("items"))
  }

  test("classes that are no case classes are read, and faults in them named, alike") {
    def plain(json: String) = JsonExtractor.extract(Both, json, classOf[PlainQuery])
    val query = plain("""{"features": [1, "2.5"], "label": "a", "num": "3"}""")
    assertEquals((query.features.toSeq, query.label, query.twice), (Seq(1.0, 2.5), "a", 6))
    assertEquals(intercept[JsonFault](plain("{}")).missing.map(_.path), Seq("label", "num"))
    val wrong = intercept[JsonFault](plain("""{"features": ["x"], "label": "a", "num": 1}"""))
    assertEquals(wrong.getMessage, "The field 'features[0]' must be a number (Double), but is \"x\".")
    assert(intercept[JsonFault](plain("""{"features": 1, "label": "a", "num": 1}""")).getMessage.contains("a list"))
  }

  test("Java's lists, sets and maps in a case class are read; one that is missing is null, as by Gson") {
    def java(json: String) = JsonExtractor.extract(Both, json, classOf[JavaFields])
    val json = """{"items": [{"id": "i", "score": "1"}], "tags": ["a", "b", "a"], "sizes": {"s": 1}, "all": [3], "limit": 2}"""
    val full = java(json)
    assertEquals(full.items.asScala.toList, List(Item("i", 1.0)))
    assertEquals(full.tags.asScala.toSet, Set("a", "b"))
    assertEquals(full.sizes.get("s") + 1, 2)
    assertEquals((full.all.asScala.toList, full.limit), (List(Option(3L)), Option(2)))
    assertEquals(java("{}"), JavaFields(null, null, null, null, None))
    assertEquals(java("""{"tags": null}""").tags, null)
    assertEquals(intercept[JsonFault](java("""{"items": [{"id": "i"}]}""")).missing.map(_.path), Seq("items[0].score"))
    assert(intercept[JsonFault](java("""{"tags": "a"}""")).getMessage.contains("a list"))
    assert(intercept[JsonFault](java("""{"sizes": []}""")).getMessage.contains("an object"))
  }

  test("what is no object, no JSON or nothing is refused") {
    Seq("[]", "\"x\"", "1", "null", "", "  ", "{bad", """{"user":"1"""", "not json").foreach(fault(_))
  }

  test("a comma too many or too few is forgiven") {
    assertEquals(read("""{"user": "1", "num": 1,}""").num, 1)
    assertEquals(read("""{"user": "1" "num": 4}""").num, 4)
  }

  test("all kinds of fields are read") {
    val json =
      """{"byte": 5, "flag": "true", "ratio": "1.5", "names": {"a": "2"}, "when": "2015-01-01T00:00:00.000Z"}"""
    val wide = JsonExtractor.extract(Both, json, classOf[Wide])
    assertEquals(wide.copy(when = null), Wide(5, flag = true, 1.5f, Map("a" -> 2), null))
    assertEquals(wide.when.getMillis, new DateTime(2015, 1, 1, 0, 0, DateTimeZone.UTC).getMillis)
  }

  test("json4s alone is strict") {
    assertEquals(read("""{"user": "1", "num": 4}""", Json4sNative).num, 4)
    fault("""{"user": "1", "num": "4"}""", Json4sNative)
    fault("[]", Json4sNative)
    fault("", Json4sNative)
  }

  test("case classes are written by json4s; options that are none are left out") {
    assertEquals(
      write(Query("1", 4, Some(Set("a")))),
      """{"user":"1","num":4,"categories":["a"],"limit":7,"items":[]}"""
    )
    assertEquals(write(Optional(None, None)), "{}")
    assertEquals(write(Array(Item("i", 0.5))), """[{"id":"i","score":0.5}]""")
  }

  test("bare values, nothing and times are written") {
    assertEquals(write(1.5), "1.5")
    assertEquals(write("s"), "\"s\"")
    assertEquals(write(None), "null")
    Seq(Double.NaN, Double.PositiveInfinity, Float.NegativeInfinity).foreach(n => assertEquals(write(n), "null"))
    assertEquals(write(Item("i", Double.NegativeInfinity)), """{"id":"i","score":null}""")
    assertEquals(write(Map("a" -> List(Double.PositiveInfinity, 1.5))), """{"a":[null,1.5]}""")
    assertEquals(write(Map("a" -> 1)), """{"a":1}""")
    assertEquals(write(new DateTime(0L, DateTimeZone.UTC)), "\"1970-01-01T00:00:00.000Z\"")
  }

  test("Gson alone writes Java's view of a class") {
    assertEquals(write(Item("i", 0.5), Gson), """{"id":"i","score":0.5}""")
    assertEquals(write(Item("i", Double.PositiveInfinity), Gson), """{"id":"i","score":null}""")
    assertEquals(write(Wide(5, flag = true, 0.1f, null, null), Gson), """{"byte":5,"flag":true,"ratio":0.1}""")
    assertEquals(JsonExtractor.extract(Gson, """{"id": "i", "score": 1}""", classOf[Item]), Item("i", 1.0))
  }

  test("parameters are written by name") {
    val params = AlgoParams(10, 0.1, None)
    assertEquals(JsonExtractor.paramToJson(Both, "als" -> params), """{"als":{"rank":10,"lambda":0.1}}""")
    assertEquals(JsonExtractor.paramsToJson(Both, Seq("als" -> params)), """[{"als":{"rank":10,"lambda":0.1}}]""")
    val engineParams = EngineParams(algorithmParamsList = Seq("als" -> params))
    assert(JsonExtractor.engineParamstoPioJson(Both, engineParams).contains(""""algorithms":[{"name":"als""""))
    assert(JsonExtractor.engineParamsToJson(Both, engineParams).contains(""""algorithmParamsList":[{"als":"""))
  }

  test("an engine's own formats are used") {
    val shouting = Utils.json4sDefaultFormats + new CustomSerializer[Item](_ =>
      ({ case JString(id) => Item(id, 1.0) }, { case item: Item => JString(item.id.toUpperCase) })
    )
    assertEquals(JsonText.write(JsonExtractor.toJValue(Both, Item("a", 1), shouting)), "\"A\"")
    assertEquals(JsonExtractor.extract(Both, "\"b\"", classOf[Item], shouting), Item("b", 1.0))
  }
}
