package org.apache.predictionio.runtime.json

import org.json4s.{Formats, JValue}

import scala.reflect.{ScalaLongSignature, ScalaSignature}

/** Tells classes written in Java from those written in Scala. */
private[predictionio] object JavaClasses {

  /** True where an object is written with Gson. */
  def isJava(o: Any, formats: Formats): Boolean = o match {
    case null | _: String | _: Number | _: Boolean | _: Char | _: JValue | _: Product => false
    case _ if formats.customSerializers.exists(_.serialize(formats).isDefinedAt(o)) => false
    case array: Array[_] => isJavaClass(array.getClass.getComponentType)
    case other => isJavaClass(other.getClass)
  }

  /** True where objects of a class are read with Gson. */
  def isJavaClass(cls: Class[_]): Boolean =
    !cls.isPrimitive && !cls.isArray && cls != classOf[Object] && cls != classOf[String] &&
      !classOf[Number].isAssignableFrom(cls) && !cls.getName.startsWith("scala.") && !isScalaClass(cls)

  /** True for a class written in Scala, by itself or within another. */
  def isScalaClass(cls: Class[_]): Boolean =
    Iterator.iterate[Class[_]](cls)(_.getEnclosingClass).takeWhile(_ != null).exists { c =>
      c.isAnnotationPresent(classOf[ScalaSignature]) || c.isAnnotationPresent(classOf[ScalaLongSignature])
    }
}
