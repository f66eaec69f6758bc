package org.apache.predictionio.runtime

import org.apache.predictionio.workflow.KryoInstantiator

import java.io.{ObjectInputStream, ObjectOutputStream}

/** Sends an object to other machines with Kryo, which can do so with more classes than Java's own serialization. */
private[runtime] class KryoEnvelope[T](@transient private var boxed: T) extends Serializable {

  /** The object. */
  def value: T = boxed

  private def writeObject(out: ObjectOutputStream): Unit = {
    val bytes = KryoInstantiator.toBytes(boxed)
    out.writeInt(bytes.length)
    out.write(bytes)
  }

  private def readObject(in: ObjectInputStream): Unit = {
    val bytes = new Array[Byte](in.readInt())
    in.readFully(bytes)
    boxed = KryoInstantiator.fromBytes(bytes).asInstanceOf[T]
  }
}
