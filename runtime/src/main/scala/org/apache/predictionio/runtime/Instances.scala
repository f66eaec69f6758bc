package org.apache.predictionio.runtime

import org.apache.predictionio.workflow.EngineLanguage

import java.lang.reflect.InvocationTargetException
import scala.util.Try

/** Makes objects of classes that are known by name. */
private[predictionio] object Instances {

  /** The Scala object with this name (with or without the `$` that its class has), else a new object of the class.
    *
    * @param expected its class
    * @param notFound the error where there is none
    */
  def of[T](
    name: String,
    loader: ClassLoader,
    expected: Class[_],
    notFound: (String, Throwable) => UserError
  ): (EngineLanguage.Value, T) = {
    val (language, value) =
      try scalaObject(name.stripSuffix("$"), loader).getOrElse(instance(name, loader))
      catch {
        case e: ExceptionInInitializerError => throw Errors.constructorFailed(nameOnly(name, loader), e.getCause)
        case e: InvocationTargetException => throw Errors.constructorFailed(nameOnly(name, loader), e.getCause)
        case e @ (_: ReflectiveOperationException | _: LinkageError) => throw notFound(name, e)
      }
    if (expected.isInstance(value)) (language, value.asInstanceOf[T]) else throw notFound(name, null)
  }

  private def scalaObject(name: String, loader: ClassLoader): Option[(EngineLanguage.Value, Any)] =
    Try(Class.forName(name + "$", false, loader).getField("MODULE$")).toOption.map { field =>
      (EngineLanguage.Scala, field.get(null))
    }

  private def instance(name: String, loader: ClassLoader): (EngineLanguage.Value, Any) =
    (EngineLanguage.Java, Class.forName(name, true, loader).getConstructor().newInstance())

  private def nameOnly(name: String, loader: ClassLoader): Class[_] = Class.forName(name, false, loader)
}
