package org.apache.predictionio.runtime.json

import scala.annotation.switch
import scala.util.Try

/** What no JSON document of ours may hold, found in one pass over its text: the parsers themselves take a stack frame for
  * each level of nesting, and for a number a time that grows with the square of its digits.
  */
private[predictionio] object JsonLimits {

  /** So many lists and objects may lie in each other, as in the Event API. */
  val Depth = 1000

  /** So many characters a number may have, as in the Event API. */
  val NumberLength = 1000

  /** A number of so many characters is finite where it has no exponent. */
  private val AlwaysFinite = 308

  /** Throws a [[JsonFault]] where a text is beyond a limit. */
  def check(text: String): Unit = excess(text).foreach { words =>
    throw new JsonFault(s"The JSON document $words.", null)
  }

  /** What is beyond a limit, in words that follow the name of the document. Where the two parsers that we use take a text
    * that is not quite JSON for different things, neither may find what is beyond a limit.
    */
  def excess(text: String): Option[String] = beyond(text, ofGson = false).orElse(beyond(text, ofGson = true))

  private def beyond(text: String, ofGson: Boolean): Option[String] = {
    var (at, depth) = (if (ofGson) afterPrefix(text) else 0, 0)
    var found: Option[String] = None
    while (at < text.length && found.isEmpty)
      (text.charAt(at): @switch) match {
        case '"' => at = endOfText(text, at)
        case '\'' if ofGson => at = endOfText(text, at)
        case '/' | '#' if ofGson => at = endOfComment(text, at)
        case '{' | '[' =>
          depth += 1
          if (depth > Depth) found = Some(s"is nested too deeply: at most $Depth levels are accepted")
          at += 1
        case '}' | ']' =>
          depth = math.max(depth - 1, 0)
          at += 1
        case c if isBoundary(c, ofGson) => at += 1
        case _ =>
          val end = endOfWord(text, at, ofGson)
          found = ofWord(text, at, end)
          at = end
      }
    found
  }

  private def endOfText(text: String, start: Int): Int = {
    val quote = text.charAt(start)
    var at = start + 1
    while (at < text.length && text.charAt(at) != quote) at += (if (text.charAt(at) == '\\') 2 else 1)
    at + 1
  }

  private def endOfWord(text: String, start: Int, ofGson: Boolean): Int = {
    var at = start + 1
    while (at < text.length && !"{}[]".contains(text.charAt(at)) && !isBoundary(text.charAt(at), ofGson)) at += 1
    at
  }

  /** What ends a word. To Gson a quote within one is a part of it. */
  private def isBoundary(c: Char, ofGson: Boolean): Boolean =
    if (ofGson) " \t\f\r\n,:;=#/\\".indexOf(c.toInt) >= 0
    else c <= ' ' || c == ',' || c == ':' || c == '"'

  /** Gson passes over comments of three kinds; one that does not end is a fault to it. */
  private def endOfComment(text: String, start: Int): Int = {
    def after(mark: String, from: Int): Int = text.indexOf(mark, from) match {
      case -1 => text.length
      case found => found + mark.length
    }
    def endOfLine: Int = {
      val end = text.indexWhere(c => c == '\n' || c == '\r', start)
      if (end < 0) text.length else end
    }
    if (text.startsWith("/*", start)) after("*/", start + 2)
    else if (text.startsWith("//", start) || text.charAt(start) == '#') endOfLine
    else start + 1
  }

  /** Gson passes over what some servers put before their answers. */
  private def afterPrefix(text: String): Int = {
    val first = text.indexWhere(c => " \t\r\n".indexOf(c.toInt) < 0)
    if (first >= 0 && text.startsWith(Prefix, first)) first + Prefix.length else 0
  }

  private val Prefix = ")]}'\n"

  private def ofWord(text: String, start: Int, end: Int): Option[String] =
    if (!isNumber(text.charAt(start))) None
    else if (end - start > NumberLength)
      Some(s"holds a number of ${end - start} characters; at most $NumberLength are accepted")
    else if (end - start <= AlwaysFinite && !(start until end).exists(at => "eEIN".contains(text.charAt(at)))) None
    else {
      val word = text.substring(start, end)
      val isBeyond = Try(word.toDouble).toOption.exists(number => number.isNaN || number.isInfinite)
      if (isBeyond) Some(s"holds the number ${shortened(word)}, which no double can hold") else None
    }

  /** Also for the words that other tools write for what is no number, such as Infinity. */
  private def isNumber(first: Char): Boolean =
    first >= '0' && first <= '9' || first == '-' || first == '+' || first == '.' || first == 'I' || first == 'N'

  private def shortened(word: String): String = if (word.length <= 40) word else word.take(37) + "…"
}
