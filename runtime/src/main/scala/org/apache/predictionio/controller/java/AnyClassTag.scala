package org.apache.predictionio.controller.java

import scala.reflect.ClassTag

/** Stands for the class tags that Java callers cannot give. */
private[java] object AnyClassTag {
  def apply[T](): ClassTag[T] = ClassTag.AnyRef.asInstanceOf[ClassTag[T]]
}
