package org.apache.predictionio.workflow

import org.apache.predictionio.runtime.KryoSerializers

import com.esotericsoftware.kryo.io.{Input, Output}
import com.twitter.chill.{KryoBase, ScalaKryoInstantiator}

import java.io.ByteArrayOutputStream

/** Turns models into bytes and back.
  *
  * @param classLoader finds the engine's classes
  */
class KryoInstantiator(classLoader: ClassLoader) extends ScalaKryoInstantiator {
  override def newKryo(): KryoBase = {
    val kryo = super.newKryo()
    kryo.setClassLoader(classLoader)
    KryoSerializers.register(kryo)
    kryo
  }
}

/** Turns models into bytes and back, with the class loader of this thread. */
object KryoInstantiator {

  /** The bytes of any object. */
  def toBytes(value: Any): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val output = new Output(bytes, 1 << 16)
    newKryo().writeClassAndObject(output, value)
    output.close()
    bytes.toByteArray
  }

  /** The object of these bytes. */
  def fromBytes(bytes: Array[Byte]): Any = newKryo().readClassAndObject(new Input(bytes))

  private def newKryo() = new KryoInstantiator(Thread.currentThread.getContextClassLoader).newKryo()
}
