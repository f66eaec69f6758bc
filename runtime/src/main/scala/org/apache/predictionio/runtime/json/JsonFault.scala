package org.apache.predictionio.runtime.json

/** What is wrong in one place of a JSON document.
  *
  * @param path     the place, for example "items[2].id"; empty for the whole document
  * @param expected what should be there
  * @param found    what is there; `None` where nothing is
  */
private[predictionio] case class Fault(path: String, expected: String, found: Option[String]) {

  /** The fault in words. */
  def words: String = {
    val place = if (path.isEmpty) "The JSON document" else s"The field '$path'"
    found match {
      case None => s"$place is missing; it must be $expected."
      case Some(text) => s"$place must be $expected, but is $text."
    }
  }
}

/** A JSON document does not say what is asked for. */
private[predictionio] class JsonFault(val faults: Seq[Fault], message: String, cause: Throwable)
    extends RuntimeException(message, cause) {

  /** Single faults. */
  def this(faults: Seq[Fault]) = this(faults, faults.map(_.words).mkString(" "), null)

  /** A fault that is known in words only. */
  def this(message: String, cause: Throwable) = this(Nil, message, cause)

  /** The fields that are missing. */
  def missing: Seq[Fault] = faults.filter(_.found.isEmpty)
}
