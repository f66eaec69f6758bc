package org.apache.predictionio.runtime

import com.esotericsoftware.kryo.io.{Input, Output}
import com.esotericsoftware.kryo.serializers.JavaSerializer
import com.esotericsoftware.kryo.{Kryo, Serializer}
import org.apache.spark.serializer.KryoRegistrator
import org.joda.time.{DateTime, DateTimeZone}

import java.util
import java.util.regex.Pattern
import scala.collection.JavaConverters._
import scala.reflect.api.TypeTags

/** Teaches Kryo classes that it cannot take apart by itself. */
private[predictionio] object KryoSerializers {

  /** Adds the serializers. */
  def register(kryo: Kryo): Unit = {
    kryo.addDefaultSerializer(classOf[DateTime], new DateTimeSerializer)
    kryo.addDefaultSerializer(classOf[DateTimeZone], new ZoneSerializer)
    kryo.addDefaultSerializer(classOf[TypeTags#WeakTypeTag[_]], new JavaSerializer)
    kryo.register(classOf[Pattern], new PatternSerializer)
    wrappers.foreach { case (cls, remake) => kryo.register(cls, new WrapperSerializer(remake)) }
  }

  /** Java's collections that cannot be changed or that lock, which have no constructor, each with how it is made anew. */
  private def wrappers: Seq[(Class[_], Remake)] = {
    val one = new util.ArrayList[AnyRef](util.Arrays.asList[AnyRef]("x"))
    val locked = Seq[Remake](
      c => util.Collections.unmodifiableList(list(c)),
      c => util.Collections.unmodifiableList(new util.LinkedList[AnyRef](c)),
      c => util.Collections.unmodifiableSet(set(c)),
      c => util.Collections.unmodifiableCollection(list(c)),
      c => util.Collections.synchronizedList(list(c)),
      c => util.Collections.synchronizedList(new util.LinkedList[AnyRef](c)),
      c => util.Collections.synchronizedSet(set(c)),
      c => util.Collections.synchronizedCollection(list(c)),
      c => util.Collections.unmodifiableMap[AnyRef, AnyRef](map(c)),
      c => util.Collections.synchronizedMap[AnyRef, AnyRef](map(c))
    )
    val toList: Remake = c => util.List.copyOf[AnyRef](c)
    val toSet: Remake = c => util.Set.copyOf[AnyRef](c)
    val toMap: Remake = c => util.Map.copyOf[AnyRef, AnyRef](map(c))
    val nothing = util.Collections.emptyList[AnyRef]()
    val immutable = for (remake <- Seq(toList, toSet, toMap); content <- Seq(one, nothing))
      yield (remake(content), remake)
    locked.map(remake => (remake(one).getClass, remake)) ++ immutable.map { case (made, remake) =>
      (made.getClass, remake)
    }
  }

  /** Makes a collection of its elements. */
  private type Remake = util.Collection[AnyRef] => AnyRef

  private def set(c: util.Collection[AnyRef]) = new util.LinkedHashSet[AnyRef](c)

  private def list(c: util.Collection[AnyRef]) = new util.ArrayList[AnyRef](c)

  private def map(c: util.Collection[AnyRef]): util.Map[AnyRef, AnyRef] = {
    val result = new util.LinkedHashMap[AnyRef, AnyRef]
    c.asScala.foreach {
      case (key, value) => result.put(key.asInstanceOf[AnyRef], value.asInstanceOf[AnyRef])
      case alone => result.put(alone, alone)
    }
    result
  }

  private class WrapperSerializer(remake: Remake) extends Serializer[AnyRef] {
    override def write(kryo: Kryo, output: Output, value: AnyRef): Unit = {
      val elements: Array[AnyRef] = value match {
        case map: util.Map[_, _] => map.asScala.toArray[Any].map(_.asInstanceOf[AnyRef])
        case collection: util.Collection[_] => collection.toArray
      }
      output.writeInt(elements.length, true)
      elements.foreach(kryo.writeClassAndObject(output, _))
    }

    override def read(kryo: Kryo, input: Input, cls: Class[AnyRef]): AnyRef = {
      val elements = new util.ArrayList[AnyRef]
      (0 until input.readInt(true)).foreach(_ => elements.add(kryo.readClassAndObject(input)))
      remake(elements)
    }
  }

  private class DateTimeSerializer extends Serializer[DateTime](false, true) {
    override def write(kryo: Kryo, output: Output, time: DateTime): Unit = {
      output.writeLong(time.getMillis)
      output.writeString(time.getZone.getID)
    }

    override def read(kryo: Kryo, input: Input, cls: Class[DateTime]): DateTime =
      new DateTime(input.readLong(), DateTimeZone.forID(input.readString()))
  }

  /** Keeps the flags, such as that of case, which chill's loses. */
  private class PatternSerializer extends Serializer[Pattern](false, true) {
    override def write(kryo: Kryo, output: Output, pattern: Pattern): Unit = {
      output.writeString(pattern.pattern)
      output.writeInt(pattern.flags)
    }

    override def read(kryo: Kryo, input: Input, cls: Class[Pattern]): Pattern =
      Pattern.compile(input.readString(), input.readInt())
  }

  private class ZoneSerializer extends Serializer[DateTimeZone](false, true) {
    override def write(kryo: Kryo, output: Output, zone: DateTimeZone): Unit = output.writeString(zone.getID)

    override def read(kryo: Kryo, input: Input, cls: Class[DateTimeZone]): DateTimeZone =
      DateTimeZone.forID(input.readString())
  }
}

/** Teaches the same to Spark, where it is told to use Kryo. */
class SparkKryoRegistrator extends KryoRegistrator {
  override def registerClasses(kryo: Kryo): Unit = KryoSerializers.register(kryo)
}
