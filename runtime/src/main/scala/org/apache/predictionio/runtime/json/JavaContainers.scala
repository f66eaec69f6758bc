package org.apache.predictionio.runtime.json

import org.json4s._
import org.json4s.reflect.{ScalaType, TypeInfo}

import scala.collection.JavaConverters._

/** Reads Java's lists, sets and maps within classes written in Scala, which json4s alone cannot. One that is missing is
  * null, as Gson would have left it: engines ask for null where clients may leave a field out.
  */
private[json] object JavaContainers extends Serializer[AnyRef] {
  private val lists: Set[Class[_]] =
    Set(classOf[java.util.Collection[_]], classOf[java.util.List[_]], classOf[java.util.ArrayList[_]])
  private val sets: Set[Class[_]] =
    Set(classOf[java.util.Set[_]], classOf[java.util.HashSet[_]], classOf[java.util.LinkedHashSet[_]])
  private val maps: Set[Class[_]] =
    Set(classOf[java.util.Map[_, _]], classOf[java.util.HashMap[_, _]], classOf[java.util.LinkedHashMap[_, _]])

  /** True for the maps that are read here. */
  def isMap(cls: Class[_]): Boolean = maps(cls)

  override def deserialize(implicit formats: Formats): PartialFunction[(TypeInfo, JValue), AnyRef] = {
    case (info, value @ (JNothing | JNull)) if isKnown(info.clazz) && isOurs(info, value) => null
    case (info, value @ JArray(items)) if lists(info.clazz) && isOurs(info, value) =>
      new java.util.ArrayList(items.map(read(_, info, 0)).asJava)
    case (info, value @ JArray(items)) if sets(info.clazz) && isOurs(info, value) =>
      new java.util.LinkedHashSet(items.map(read(_, info, 0)).asJava)
    case (info, value @ JObject(fields)) if isMap(info.clazz) && isOurs(info, value) =>
      val read = fields.map { case (name, inner) => name -> this.read(inner, info, 1) }
      new java.util.LinkedHashMap[String, Any](read.toMap.asJava)
  }

  override def serialize(implicit formats: Formats): PartialFunction[Any, JValue] = PartialFunction.empty

  /** False where the engine's own formats read it. */
  private def isOurs(info: TypeInfo, value: JValue)(implicit formats: Formats): Boolean =
    !formats.customSerializers.exists(other => (other ne this) && other.deserialize.isDefinedAt((info, value)))

  private def isKnown(cls: Class[_]) = lists(cls) || sets(cls) || maps(cls)

  private def read(value: JValue, container: TypeInfo, place: Int)(implicit formats: Formats): Any =
    ScalaType(container).typeArgs.lift(place) match {
      case Some(inner) => Extraction.extract(value, inner)
      case None => value.values
    }
}
