package org.apache.predictionio.runtime

import org.apache.predictionio.workflow.EngineLanguage

import scala.util.{Failure, Success, Try}

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
    val found = scalaObject(name.stripSuffix("$"), loader).orElse(instance(name, loader))
    found match {
      case Success((language, value)) if expected.isInstance(value) => (language, value.asInstanceOf[T])
      case Success(_) => throw notFound(name, null)
      case Failure(e: ExceptionInInitializerError) => throw Errors.constructorFailed(nameOnly(name, loader), e.getCause)
      case Failure(e: java.lang.reflect.InvocationTargetException) =>
        throw Errors.constructorFailed(nameOnly(name, loader), e.getCause)
      case Failure(e) => throw notFound(name, e)
    }
  }

  private def scalaObject(name: String, loader: ClassLoader): Try[(EngineLanguage.Value, Any)] =
    Try(Class.forName(name + "$", false, loader).getField("MODULE$")).map { field =>
      (EngineLanguage.Scala, field.get(null))
    }

  private def instance(name: String, loader: ClassLoader): Try[(EngineLanguage.Value, Any)] =
    Try(Class.forName(name, true, loader).getConstructor().newInstance()).map((EngineLanguage.Java, _))

  private def nameOnly(name: String, loader: ClassLoader): Class[_] = Class.forName(name, false, loader)
}
