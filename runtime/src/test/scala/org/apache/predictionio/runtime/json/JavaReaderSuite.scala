package org.apache.predictionio.runtime.json

import com.google.gson.Gson

class Asked(val user: String, val num: Int, val inner: Inner)
class Inner(val ratio: Double)

class JavaReaderSuite extends munit.FunSuite {
  private def read(json: String): Asked = JavaReader.read(json, classOf[Asked], new Gson)

  private def refusal(json: String): String = intercept[JsonFault](read(json)).getMessage

  test("an object is read; other fields than numbers may be absent") {
    assertEquals(read("""{"user": "u", "num": 2}""").num, 2)
    assertEquals(read("""{"num": "3"}""").num, 3)
  }

  test("a field of a wrong type is named, without places and tokens of Gson's") {
    assertEquals(
      refusal("""{"user": "u", "num": "two"}"""),
      "The field 'num' is not as it should be: For input string: \"two\"."
    )
    assertEquals(refusal("""{"num": 1.5}"""), "The field 'num' is not as it should be: Expected an int but was 1.5.")
    assert(refusal("""{"num": 1, "user": {}}""").startsWith("The field 'user'"))
    assertEquals(
      refusal("""{"num": 1, "inner": {"ratio": []}}"""),
      "The field 'inner.ratio' is not as it should be: Expected a double but was a list."
    )
  }

  test("a number that is missing or null is named") {
    assert(refusal("""{"user": "u"}""").contains("'num' is missing"))
    assert(refusal("""{"user": "u", "num": null}""").contains("'num' is missing"))
  }

  test("what is no object, nothing, too much or too deep is refused") {
    Seq("[1]", "", "{} {}").foreach(json => assert(refusal(json).contains("JSON document"), refusal(json)))
    intercept[JsonFault](JsonText.parseLax("[" * 1000000 + "]" * 1000000))
  }

  test("a text that is no JSON is told with the place and what stands there") {
    def said(text: String) = intercept[JsonFault](JsonText.parseLax(text)).getMessage
    assert(said("not json").startsWith("This is not valid JSON (line 1, column 4: Unrecognized token 'not'"), said("not json"))
    assert(said("{\n \"a\": ]").startsWith("This is not valid JSON (line 2, column"), said("{\n \"a\": ]"))
    assert(!said("{\"user\": nul").contains("null)"), said("{\"user\": nul"))
  }
}
