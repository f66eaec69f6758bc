package org.apache.predictionio.runtime.link

import org.apache.predictionio.runtime.UserError

import org.json4s._

import java.io.{PrintWriter, StringWriter}

/** The messages that this process sends. */
object Messages {

  /** The version of the contract. */
  val Version = 1

  /** The first message. */
  def hello: JObject = message("hello", "version" -> JInt(Version))

  /** How far the work is. */
  def progress(stage: String, text: String, done: Option[Long], total: Option[Long]): JObject = message(
    "progress",
    "stage" -> JString(stage),
    "message" -> JString(text),
    "done" -> optional(done.map(JInt(_))),
    "total" -> optional(total.map(JInt(_)))
  )

  /** Something that the user should know, although the work goes on. */
  def warning(text: String): JObject = message("warning", "message" -> JString(text))

  /** The last message where something went wrong. */
  def error(e: UserError): JObject = message(
    "error",
    "code" -> JString(e.code),
    "what" -> JString(e.what),
    "why" -> JString(e.why),
    "hint" -> JString(e.hint),
    "detail" -> JString(trace(e))
  )

  /** The last message where the work is done. */
  def result(fields: JField*): JObject = message("result", fields: _*)

  /** A message of some type. */
  def message(kind: String, fields: JField*): JObject = JObject(("type" -> JString(kind): JField) +: fields: _*)

  /** A value or null. */
  def optional(value: Option[JValue]): JValue = value.getOrElse(JNull)

  /** The stack trace, for logs. */
  def trace(e: Throwable): String = {
    val text = new StringWriter
    e.printStackTrace(new PrintWriter(text))
    text.toString.take(64 * 1024)
  }
}
