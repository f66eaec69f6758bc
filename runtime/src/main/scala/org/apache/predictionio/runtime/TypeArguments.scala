package org.apache.predictionio.runtime

import java.lang.reflect.{GenericArrayType, ParameterizedType, Type, TypeVariable, WildcardType}

/** Finds with which type arguments a class extends a generic one. */
object TypeArguments {

  /** The classes that stand for the type parameters of `base` in `cls`; `Object` where that is not known. */
  def of(cls: Class[_], base: Class[_]): Seq[Class[_]] =
    resolve(cls, base, Map.empty).getOrElse(base.getTypeParameters.toSeq.map(_ => classOf[Object]))

  private type Bindings = Map[TypeVariable[_], Type]

  private def resolve(tpe: Type, base: Class[_], bound: Bindings): Option[Seq[Class[_]]] = {
    val cls = raw(tpe, bound)
    val inner: Bindings = tpe match {
      case p: ParameterizedType =>
        cls.getTypeParameters.toSeq.zip(p.getActualTypeArguments.map(substitute(_, bound))).toMap
      case _ => Map.empty
    }
    if (cls == base) Some(base.getTypeParameters.toSeq.map(raw(_, inner)))
    else parents(cls).filter(p => base.isAssignableFrom(raw(p, inner))).flatMap(resolve(_, base, inner)).headOption
  }

  private def parents(cls: Class[_]): Seq[Type] = Option(cls.getGenericSuperclass).toSeq ++ cls.getGenericInterfaces

  private def substitute(tpe: Type, bound: Bindings): Type = tpe match {
    case v: TypeVariable[_] => bound.getOrElse(v, v)
    case other => other
  }

  private def raw(tpe: Type, bound: Bindings): Class[_] = tpe match {
    case c: Class[_] => c
    case p: ParameterizedType => raw(p.getRawType, bound)
    case v: TypeVariable[_] => bound.get(v).filterNot(_ == v).map(raw(_, bound)).getOrElse(raw(v.getBounds.head, bound))
    case a: GenericArrayType =>
      java.lang.reflect.Array.newInstance(raw(a.getGenericComponentType, bound), 0).getClass
    case w: WildcardType => raw(w.getUpperBounds.head, bound)
  }
}
