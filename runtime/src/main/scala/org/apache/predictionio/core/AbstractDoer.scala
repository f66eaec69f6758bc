package org.apache.predictionio.core

import org.apache.predictionio.controller.Params
import org.apache.predictionio.runtime.Errors

import java.lang.reflect.{Constructor, InvocationTargetException}

/** Whatever an engine is made of: a class that is built from its parameters. */
abstract class AbstractDoer extends Serializable

/** Builds data sources, preparators, algorithms and servings from their parameters. */
object Doer {

  /** Makes a `C` with the constructor that takes these parameters, else with the one that takes none. */
  def apply[C <: AbstractDoer](cls: Class[_ <: C], params: Params): C = {
    val taking = exact(cls, params).orElse(assignable(cls, params)).map(build[C](cls, _, params))
    taking.orElse(empty(cls).map(build[C](cls, _))).getOrElse {
      throw Errors.noConstructor(cls, params)
    }
  }

  private def exact(cls: Class[_], params: Params): Option[Constructor[_]] =
    cls.getConstructors.find(_.getParameterTypes.toSeq == Seq(params.getClass))

  private def assignable(cls: Class[_], params: Params): Option[Constructor[_]] =
    cls.getConstructors.find { constructor =>
      val types = constructor.getParameterTypes
      types.length == 1 && types.head.isInstance(params)
    }

  private def empty(cls: Class[_]): Option[Constructor[_]] = cls.getConstructors.find(_.getParameterCount == 0)

  private def build[C](cls: Class[_], constructor: Constructor[_], arguments: AnyRef*): C =
    try constructor.newInstance(arguments: _*).asInstanceOf[C]
    catch { case e: InvocationTargetException => throw Errors.constructorFailed(cls, e.getCause) }
}
