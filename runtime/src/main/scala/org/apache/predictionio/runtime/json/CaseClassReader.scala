package org.apache.predictionio.runtime.json

import org.json4s._
import org.json4s.reflect.{ClassDescriptor, ConstructorParamDescriptor, Reflector, ScalaType, TypeInfo}

import java.lang.reflect.Modifier
import scala.util.Try

/** Compares a JSON document with the class it is to become: finds what is missing or of a wrong type, and turns texts that
  * say a number or a truth value into what they say. What it does not know it leaves to json4s. With leniency,
  * what is missing becomes 0, false or null.
  */
private[json] class CaseClassReader(formats: Formats) {
  private type Fitted = (JValue, Seq[Fault])

  /** The document as json4s can read it, and all that is wrong with it. */
  def fit(value: JValue, tpe: ScalaType, path: String): Fitted =
    if (isCustom(value, tpe)) (value, Nil)
    else if (tpe.isOption) fitOption(value, tpe, path)
    else
      tpe.erasure match {
        case c if CaseClassReader.whole.contains(c) => fitWhole(value, CaseClassReader.whole(c), path)
        case c if CaseClassReader.fractions(c) => fitFraction(value, c, path)
        case c if c == classOf[Boolean] || c == classOf[java.lang.Boolean] => fitBoolean(value, path)
        case c if c == classOf[String] => fitText(value, path)
        case c if JavaContainers.isMap(c) && (value == JNothing || value == JNull) => (value, Nil)
        case c if tpe.isMap || JavaContainers.isMap(c) => fitMap(value, tpe, path)
        case _ if tpe.isCollection || tpe.isArray => fitList(value, tpe, path)
        case c if CaseClassReader.isDescribed(c) => fitObject(value, tpe, path)
        case _ => (value, Nil)
      }

  private def isCustom(value: JValue, tpe: ScalaType): Boolean =
    formats.customSerializers.exists(_.deserialize(formats).isDefinedAt((TypeInfo(tpe.erasure, None), value)))

  /** Only numbers are looked at, which json4s would cut to what the type can hold. What is of another type it makes `None`. */
  private def fitOption(value: JValue, tpe: ScalaType, path: String): Fitted = value match {
    case _: JInt | _: JLong | _: JDouble | _: JDecimal => tpe.typeArgs.headOption.fold(fine(value))(fit(value, _, path))
    case _ => fine(value)
  }

  private def fitWhole(value: JValue, range: CaseClassReader.Range, path: String): Fitted = CaseClassReader.number(value) match {
    case Some(number) if !number.isWhole => wrong(value, path, range.words)
    case Some(number) if number < BigDecimal(range.least) || number > BigDecimal(range.most) =>
      wrong(value, path, range.bounds)
    case Some(number) => fine(JInt(number.toBigInt))
    case None => wrong(value, path, range.words, JInt(0))
  }

  private def fitFraction(value: JValue, cls: Class[_], path: String): Fitted = {
    val isFloat = cls == classOf[Float] || cls == classOf[java.lang.Float]
    val name = if (isFloat) "a number (Float)" else "a number (Double)"
    CaseClassReader.number(value) match {
      case Some(number) if isFloat && number.abs > BigDecimal(Float.MaxValue.toDouble) => wrong(value, path, name)
      case Some(number) if value.isInstanceOf[JString] => fine(JDouble(number.toDouble))
      case Some(_) => fine(value)
      case None => wrong(value, path, name, JDouble(0))
    }
  }

  private def fitBoolean(value: JValue, path: String): Fitted = value match {
    case _: JBool => fine(value)
    case JString("true") => fine(JBool.True)
    case JString("false") => fine(JBool.False)
    case _ => wrong(value, path, "true or false (Boolean)", JBool.False)
  }

  private def fitText(value: JValue, path: String): Fitted = value match {
    case JBool(truth) => fine(JString(truth.toString))
    case JNothing | _: JObject | _: JArray => wrong(value, path, "a text (String)")
    case _ => fine(value)
  }

  private def fitMap(value: JValue, tpe: ScalaType, path: String): Fitted = value match {
    case JObject(fields) if tpe.typeArgs.size == 2 =>
      val fitted = fields.map { case (name, inner) => name -> fit(inner, tpe.typeArgs(1), under(path, name)) }
      (JObject(fitted.map { case (name, (inner, _)) => name -> inner }), fitted.flatMap(_._2._2))
    case _: JObject => fine(value)
    case _ => wrong(value, path, "an object")
  }

  private def fitList(value: JValue, tpe: ScalaType, path: String): Fitted = value match {
    case JArray(items) if tpe.typeArgs.size == 1 =>
      val fitted = items.zipWithIndex.map { case (item, index) => fit(item, tpe.typeArgs.head, s"$path[$index]") }
      (JArray(fitted.map(_._1)), fitted.flatMap(_._2))
    case _: JArray | JNothing | JNull => fine(value)
    case _ => wrong(value, path, "a list")
  }

  private def fitObject(value: JValue, tpe: ScalaType, path: String): Fitted = value match {
    case given: JObject =>
      Reflector.describeWithFormats(tpe)(formats) match {
        case described: ClassDescriptor if tpe.erasure.getConstructors.length == 1 =>
          described.constructors.find(_.isPrimary).map(c => fitFields(given, c.params, path)).getOrElse(fine(given))
        case _ => fine(given)
      }
    case _ => wrong(value, path, "an object")
  }

  private def fitFields(given: JObject, params: Seq[ConstructorParamDescriptor], path: String): Fitted = {
    val fields = given.obj.toMap
    val fitted = params.flatMap { param =>
      fields.get(param.name) match {
        case None if param.defaultValue.isDefined => None
        case found => Some(param.name -> fit(found.getOrElse(JNothing), param.argType, under(path, param.name)))
      }
    }
    val known = fitted.map(_._1).toSet
    val fits = fitted.collect { case (name, (value, _)) if value != JNothing => name -> value }
    (JObject(fits.toList ++ given.obj.filterNot(field => known(field._1))), fitted.flatMap(_._2._2))
  }

  private def under(path: String, name: String) = if (path.isEmpty) name else s"$path.$name"

  private def fine(value: JValue): Fitted = (value, Nil)

  private def wrong(value: JValue, path: String, expected: String, zero: JValue = JNull): Fitted = value match {
    case JNothing | JNull if Leniency.missingIsZero => fine(zero)
    case JNothing | JNull => (value, Seq(Fault(path, expected, None)))
    case other => (value, Seq(Fault(path, expected, Some(CaseClassReader.shortened(other)))))
  }
}

private[json] object CaseClassReader {

  /** The whole numbers that a type can hold. */
  case class Range(name: String, least: BigInt, most: BigInt) {
    val words: String = s"a whole number ($name)"
    val bounds: String = s"a whole number from $least to $most ($name)"
  }

  private val bytes = Range("Byte", Byte.MinValue.toInt, Byte.MaxValue.toInt)
  private val shorts = Range("Short", Short.MinValue.toInt, Short.MaxValue.toInt)
  private val ints = Range("Int", Int.MinValue, Int.MaxValue)
  private val longs = Range("Long", Long.MinValue, Long.MaxValue)

  /** The types of whole numbers. */
  val whole: Map[Class[_], Range] = Map(
    classOf[Byte] -> bytes,
    classOf[java.lang.Byte] -> bytes,
    classOf[Short] -> shorts,
    classOf[java.lang.Short] -> shorts,
    classOf[Int] -> ints,
    classOf[java.lang.Integer] -> ints,
    classOf[Long] -> longs,
    classOf[java.lang.Long] -> longs
  )

  /** The types of numbers with fractions. */
  val fractions: Set[Class[_]] =
    Set(classOf[Double], classOf[java.lang.Double], classOf[Float], classOf[java.lang.Float])

  /** True where the parameters of a class's constructor tell what is expected: case classes, and other classes written in
    * Scala.
    */
  def isDescribed(cls: Class[_]): Boolean =
    JavaClasses.isScalaClass(cls) && !Modifier.isAbstract(cls.getModifiers) &&
      !classOf[JValue].isAssignableFrom(cls) && !cls.getName.startsWith("scala.")

  /** The number that a value says, if it says a finite one. */
  def number(value: JValue): Option[BigDecimal] = value match {
    case JInt(whole) => Some(BigDecimal(whole))
    case JLong(whole) => Some(BigDecimal(whole))
    case JDouble(number) => Try(BigDecimal(number)).toOption
    case JDecimal(number) => Some(number)
    // A text of digits takes a time that grows with the square of its length, and an exponent's digits have no end.
    case JString(text) if text.length <= JsonLimits.NumberLength && JsonLimits.excess(text.trim).isEmpty =>
      Try(BigDecimal(text.trim)).toOption
    case _ => None
  }

  /** A value as words show it. */
  def shortened(value: JValue): String = {
    val text = JsonText.write(value)
    if (text.length <= 60) text else text.take(57) + "…"
  }
}
