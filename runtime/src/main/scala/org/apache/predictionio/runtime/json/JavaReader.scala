package org.apache.predictionio.runtime.json

import com.google.gson.annotations.SerializedName
import com.google.gson.stream.{JsonReader, JsonToken}
import com.google.gson.{Gson, JsonObject, JsonParseException, JsonParser}

import java.io.{IOException, StringReader}
import java.lang.reflect.{Field, Modifier}

/** Reads objects of classes written in Java, with Gson. */
private[predictionio] object JavaReader {

  /** The object of a JSON text. A field that is not there is null. A number that is not there is a fault where the class
    * gives it no default, which it does in a constructor without parameters.
    */
  def read[T](json: String, cls: Class[T], gson: Gson): T = {
    JsonLimits.check(json)
    val reader = new JsonReader(new StringReader(json))
    val value =
      try whole(gson.fromJson[T](reader, cls), reader)
      catch {
        case e @ (_: JsonParseException | _: IOException) => throw new JsonFault(words(e, reader.getPath), e)
      }
    if (value == null) throw new JsonFault("There is no JSON document; the text is empty.", null)
    if (!Leniency.missingIsZero) requireNumbers(json, cls)
    value
  }

  private def whole[T](value: T, reader: JsonReader): T =
    if (value == null || reader.peek() == JsonToken.END_DOCUMENT) value
    else throw new JsonParseException("something follows after its end")

  private def requireNumbers(json: String, cls: Class[_]): Unit =
    if (!cls.getDeclaredConstructors.exists(_.getParameterCount == 0))
      JsonParser.parseString(json) match {
        case given: JsonObject =>
          val faults = fields(cls).filter(isNumber).filterNot(isGiven(_, given)).map { field =>
            Fault(field.getName, s"a number (${field.getType.getName})", None)
          }
          if (faults.nonEmpty) throw new JsonFault(faults)
        case _ => ()
      }

  private def fields(cls: Class[_]): Seq[Field] =
    Iterator.iterate[Class[_]](cls)(_.getSuperclass).takeWhile(c => c != null && c != classOf[Object]).toSeq
      .flatMap(_.getDeclaredFields)

  private def isNumber(field: Field): Boolean =
    field.getType.isPrimitive && field.getType != classOf[Boolean] &&
      !Modifier.isStatic(field.getModifiers) && !Modifier.isTransient(field.getModifiers)

  private def isGiven(field: Field, json: JsonObject): Boolean =
    Option(field.getAnnotation(classOf[SerializedName])) match {
      case Some(name) => (name.value +: name.alternate.toSeq).exists(isThere(json, _))
      case None => isThere(json, field.getName)
    }

  private def isThere(json: JsonObject, name: String): Boolean = json.has(name) && !json.get(name).isJsonNull

  /** Gson's words, without the names of Java's classes, after the field that it had come to. */
  private def words(e: Throwable, path: String): String = {
    val message = Option(e.getMessage).getOrElse("").replaceAll("""[\w.]+(Exception|Error): """, "")
    val plain = message.replaceAll(""" at line \d+ column \d+ path \S+""", "")
    val told = Tokens.foldLeft(plain) { case (text, (token, meaning)) => text.replace(token, meaning) }
    val place = path.stripPrefix("$").stripPrefix(".")
    s"${if (place.isEmpty) "The JSON document" else s"The field '$place'"} is not as it should be: ${told.stripSuffix(".")}."
  }

  private val Tokens =
    Seq("BEGIN_OBJECT" -> "an object", "BEGIN_ARRAY" -> "a list", "NULL" -> "null", "STRING" -> "a text")
}
