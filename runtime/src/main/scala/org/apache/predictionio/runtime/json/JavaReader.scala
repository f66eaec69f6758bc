package org.apache.predictionio.runtime.json

import com.google.gson.annotations.SerializedName
import com.google.gson.{Gson, JsonObject, JsonParseException, JsonParser}

import java.lang.reflect.{Field, Modifier}

/** Reads objects of classes written in Java, with Gson. */
private[predictionio] object JavaReader {

  /** The object of a JSON text. A field that is not there is null. A number that is not there is a fault where the class
    * gives it no default, which it does in a constructor without parameters.
    */
  def read[T](json: String, cls: Class[T], gson: Gson): T = {
    val value =
      try gson.fromJson(json, cls)
      catch { case e: JsonParseException => throw new JsonFault(words(e), e) }
    if (value == null) throw new JsonFault("There is no JSON document; the text is empty.", null)
    if (!Leniency.missingIsZero) requireNumbers(json, cls)
    value
  }

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
      case Some(name) => (name.value +: name.alternate.toSeq).exists(json.has)
      case None => json.has(field.getName)
    }

  /** Gson's words, without the names of Java's classes. */
  private def words(e: JsonParseException): String = {
    val message = Option(e.getMessage).getOrElse("").replaceAll("""[\w.]+(Exception|Error): """, "")
    s"The JSON document is not as it should be: $message."
  }
}
