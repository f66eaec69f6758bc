package org.apache.predictionio.data.storage

import org.json4s._
import org.json4s.native.JsonMethods

import scala.collection.GenTraversableOnce
import scala.collection.JavaConverters._
import scala.util.Try

/** A property is missing, null or of another type than asked for. */
case class DataMapException(msg: String, cause: Throwable) extends Exception(msg, cause) {

  /** With a message only. */
  def this(msg: String) = this(msg, null)
}

/** Properties by name, as JSON values.
  *
  * An instance made of text parses it when it is first asked for a property, so that events whose properties nobody
  * reads cost nothing and travel between machines as text.
  */
class DataMap private[predictionio] (private var parsed: Map[String, JValue], private val text: String)
    extends Serializable {

  /** Properties by name. */
  def this(fields: Map[String, JValue]) = this(fields, null)

  /** The properties. */
  def fields: Map[String, JValue] = {
    if (parsed == null) parsed = DataMap.parse(text)
    parsed
  }

  /** Throws a [[DataMapException]] where there is no such property. */
  def require(name: String): Unit =
    if (!fields.contains(name)) throw new DataMapException(s"The field $name is required.")

  /** True where there is such a property. */
  def contains(name: String): Boolean = fields.contains(name)

  /** The property as a `T`.
    *
    * @throws DataMapException where it is missing or null
    * @throws org.json4s.MappingException where it is not a `T`
    */
  def get[T: Manifest](name: String): T = {
    require(name)
    fields(name) match {
      case JNull => throw new DataMapException(s"The required field $name cannot be null.")
      case value => DataMap.extract[T](value)
    }
  }

  /** The property as a `T`; `None` where it is missing or null. */
  def getOpt[T: Manifest](name: String): Option[T] = fields.get(name).flatMap {
    case JNull | JNothing => None
    case value => value.extractOpt[T](DataMap.formats, manifest[T])
  }

  /** The property as a `T`; the default where it is missing or null. */
  def getOrElse[T: Manifest](name: String, default: T): T = getOpt[T](name).getOrElse(default)

  /** For Java: the property as an object of this class.
    *
    * @throws DataMapException where it is missing or cannot be such an object
    */
  def get[T](name: String, clazz: Class[T]): T = {
    val manifest = new Manifest[T] {
      override def runtimeClass: Class[_] = clazz
    }
    fields.get(name) match {
      case None => throw new DataMapException(s"The field $name is required.")
      case Some(JNull) => throw new DataMapException(s"The required field $name cannot be null.")
      case Some(value) =>
        Try(value.extract[T](DataMap.formats, manifest)).recover { case e =>
          throw DataMapException(s"The field $name cannot be read as ${clazz.getName}: ${e.getMessage}", e)
        }.get
    }
  }

  /** For Java: the property as a list of strings. */
  def getStringList(name: String): java.util.List[String] = get[List[String]](name).asJava

  /** These properties with others added; the others win. */
  def ++(that: DataMap): DataMap = DataMap(fields ++ that.fields)

  /** These properties without some names. */
  def --(that: GenTraversableOnce[String]): DataMap = DataMap(fields -- that)

  /** True where there is no property. */
  def isEmpty: Boolean = fields.isEmpty

  /** The names. */
  def keySet: Set[String] = fields.keySet

  /** Names and values. */
  def toList(): List[(String, JValue)] = fields.toList

  /** A JSON object. */
  def toJObject(): JObject = JObject(toList())

  /** All properties as one object of a class that has a field for each. */
  def extract[T: Manifest]: T = toJObject().extract[T](DataMap.formats, manifest[T])

  override def toString: String = s"DataMap($fields)"

  override def hashCode: Int = 41 + fields.hashCode

  override def equals(other: Any): Boolean = other match {
    case that: DataMap => that.canEqual(this) && fields == that.fields
    case _ => false
  }

  /** True where the other may be equal to this. */
  def canEqual(other: Any): Boolean = other.isInstanceOf[DataMap]
}

/** Makes properties of maps, JSON objects and text. */
object DataMap {
  private[predictionio] lazy val formats: Formats = DefaultFormats + new DateTimeJson4sSupport.Serializer

  /** No properties. */
  def apply(): DataMap = new DataMap(Map.empty[String, JValue])

  /** Properties by name. */
  def apply(fields: Map[String, JValue]): DataMap = new DataMap(fields)

  /** The fields of a JSON object. */
  def apply(jObj: JObject): DataMap = if (jObj == null) apply() else new DataMap(jObj.obj.toMap)

  /** The fields of a JSON object given as text. */
  def apply(js: String): DataMap = new DataMap(parse(js))

  /** The fields of a JSON object given as text that is known to be one; it is parsed when it is needed. */
  private[predictionio] def lazily(js: String): DataMap = if (js == null) apply() else new DataMap(null, js)

  private def parse(js: String): Map[String, JValue] =
    JsonMethods.parse(js) match {
      case JObject(fields) => fields.toMap
      case _ => throw new DataMapException("Properties must be a JSON object.")
    }

  /** Reads plain values without reflection, which is what nearly all engines ask for, one for each event. */
  private def extract[T: Manifest](value: JValue): T = {
    val plain: Any = (value, manifest[T].runtimeClass) match {
      case (JString(s), c) if c == classOf[String] => s
      case (JDouble(d), c) if c == classOf[Double] => d
      case (JInt(i), c) if c == classOf[Double] => i.toDouble
      case (JBool(b), c) if c == classOf[Boolean] => b
      case _ => null
    }
    if (plain == null) value.extract[T](formats, manifest[T]) else plain.asInstanceOf[T]
  }
}
