package org.apache.predictionio.workflow

import org.apache.predictionio.runtime.KryoSerializers

import com.esotericsoftware.kryo.io.{Input, Output}
import com.twitter.chill.{KryoBase, ScalaKryoInstantiator}

import java.io.{ByteArrayOutputStream, InputStream, OutputStream}

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
  private val BufferSize = 1 << 16

  /** The bytes of any object. */
  def toBytes(value: Any): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    write(value, bytes)
    bytes.toByteArray
  }

  /** The object of these bytes. */
  def fromBytes(bytes: Array[Byte]): Any = newKryo().readClassAndObject(new Input(bytes))

  /** Writes the bytes of any object, and closes the stream. */
  def write(value: Any, to: OutputStream): Unit = {
    val output = new Output(to, BufferSize)
    try newKryo().writeClassAndObject(output, value)
    finally output.close()
  }

  /** Reads an object, and closes the stream. */
  def read(from: InputStream): Any = {
    val input = new Input(from, BufferSize)
    try newKryo().readClassAndObject(input)
    finally input.close()
  }

  private def newKryo() = new KryoInstantiator(Thread.currentThread.getContextClassLoader).newKryo()
}
