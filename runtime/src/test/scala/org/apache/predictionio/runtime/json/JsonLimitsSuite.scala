package org.apache.predictionio.runtime.json

class JsonLimitsSuite extends munit.FunSuite {
  private def excess(text: String): Option[String] = JsonLimits.excess(text)

  test("ordinary documents are within the limits, whatever their texts say") {
    Seq(
      """{"a":[1,-2.5e10,true,null,{"b":"[[[["}],"c":"1e999"}""",
      s"""["${"9" * 5000}","a\\\"${"[" * 5000}"]""",
      "[" * 1000 + "]" * 1000,
      s"[${"9" * 308},1e308,1e-999,${"0." + "1" * 900}]",
      "{name: O'Brien, 'other': 'it}'}",
      "",
      "\"unfinished"
    ).foreach(text => assertEquals(excess(text), None, text.take(60)))
  }

  test("what is beyond a limit is told") {
    assertEquals(excess("[" * 1001), Some("is nested too deeply: at most 1000 levels are accepted"))
    assertEquals(excess("[" + "1" * 1001 + "]"), Some("holds a number of 1001 characters; at most 1000 are accepted"))
    Seq("1e309", "-1e400", "9" * 309, "Infinity", "-Infinity", "NaN").foreach { number =>
      assert(clue(excess(s"""{"a":$number}""")).exists(_.endsWith("which no double can hold")))
    }
  }

  test("what looks like a text to one parser hides nothing from the other") {
    val deep = "[" * 100000
    Seq("/* ' */", "// '\n", "# \"\n", "[a\"", "[a# '\n", "[a/* ' */", "[1\" \"", ")]}'\n", " )]}'\n", "[\u0001'", "]]]]").foreach {
      start =>
        val found = excess(start + deep)
        assertEquals(found, Some("is nested too deeply: at most 1000 levels are accepted"), clue(start))
        val fault = intercept[JsonFault](JsonText.parseLax(start + deep))
        assert(clue(fault.getMessage).contains("nested too deeply"))
    }
    assertEquals(excess("/* [ */ {\"a\": 'it # is'} // it's"), None)
  }
}
