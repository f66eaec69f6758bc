package org.apache.predictionio.runtime

import org.apache.predictionio.core.BaseAlgorithm
import org.apache.predictionio.testing._

class TypeArgumentsSuite extends munit.FunSuite {
  private def queryOf(cls: Class[_]): Any = TypeArguments.of(cls, classOf[BaseAlgorithm[_, _, _, _]])(2)

  test("the query's class is found through any number of classes") {
    assertEquals(queryOf(classOf[KeptMean]), classOf[Query]: Any)
    class Further(p: FactorParams) extends KeptMean(p)
    assertEquals(queryOf(classOf[Further]), classOf[Query]: Any)
    assertEquals(new KeptMean(FactorParams(1)).queryClass, classOf[Query])
  }

  test("a type that is not known is Object") {
    assertEquals(TypeArguments.of(classOf[java.util.ArrayList[_]], classOf[java.util.List[_]]), Seq(classOf[Object]))
  }

  test("generic queries are known by their raw class") {
    abstract class OfLists extends BaseAlgorithm[Int, Int, List[String], Array[Byte]]
    assertEquals(queryOf(classOf[OfLists]), classOf[List[_]]: Any)
  }
}
