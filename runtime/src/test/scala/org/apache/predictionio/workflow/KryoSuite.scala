package org.apache.predictionio.workflow

import org.apache.predictionio.data.storage.BiMap
import org.apache.predictionio.testing.LocalSpark

import org.apache.spark.ml.feature.{HashingTF, Tokenizer}
import org.apache.spark.ml.{Pipeline, PipelineModel}
import org.apache.spark.mllib.linalg.Vectors
import org.apache.spark.sql.SparkSession
import org.joda.time.{DateTime, DateTimeZone}

import java.util
import java.util.regex.Pattern
import scala.collection.JavaConverters._

class Tree(val name: String, var parent: Tree) extends Serializable {
  @transient lazy val length: Int = name.length
  val shout: String => String = text => text.toUpperCase + name
}

class KryoSuite extends munit.FunSuite {
  private def copy[T](value: T): T = KryoInstantiator.fromBytes(KryoInstantiator.toBytes(value)).asInstanceOf[T]

  test("models of all algorithms keep their order, and those that are not stored stay so") {
    val models = Seq[Any](Map("a" -> 1), (), PersistentModelManifest("x"), Array(1.0, 2.0))
    val Seq(map, unit, manifest, array: Array[Double]) = copy(models)
    assertEquals((map, unit, manifest), (models.head, models(1), models(2)))
    assert(unit.isInstanceOf[scala.runtime.BoxedUnit])
    assertEquals(array.toSeq, Seq(1.0, 2.0))
  }

  test("Scala's collections survive, views of maps too") {
    val view = Map("a" -> 1, "b" -> 2).mapValues(_ + 1)
    assertEquals(copy(view).toMap, Map("a" -> 2, "b" -> 3))
    assertEquals(copy(Map("a" -> 1).filterKeys(_ == "a")).toMap, Map("a" -> 1))
    assertEquals(copy(List(Some(1), None)), List(Some(1), None))
    assertEquals(copy(scala.collection.mutable.HashMap("a" -> 1)), scala.collection.mutable.HashMap("a" -> 1))
    assertEquals(copy(Set(1, 2, 3, 4, 5, 6)), Set(1, 2, 3, 4, 5, 6))
  }

  test("a two-way map survives, also its reverse") {
    val map = BiMap(Map("a" -> 1, "b" -> 2))
    assertEquals(copy(map).inverse(2), "b")
    assertEquals(copy(map.inverse).inverse("a"), 1)
  }

  test("functions, cycles and lazy values survive") {
    val tree = new Tree("oak", null)
    tree.parent = tree
    assertEquals(tree.length, 3)
    val again = copy(tree)
    assert(again.parent eq again)
    assertEquals(again.length, 3)
    assertEquals(again.shout("hi "), "HI oak")
  }

  test("patterns keep their flags") {
    val pattern = copy(Pattern.compile("x+", Pattern.CASE_INSENSITIVE))
    assert(pattern.matcher("Xx").matches())
    assertEquals(copy("(?i)a(b)".r).replaceAllIn("AB", "c"), "c")
  }

  test("vectors and times survive") {
    assertEquals(copy(Vectors.sparse(3, Seq(1 -> 2.0))), Vectors.sparse(3, Seq(1 -> 2.0)))
    val time = new DateTime(5L, DateTimeZone.forID("Asia/Tokyo"))
    assertEquals(copy(time), time)
  }

  test("a pipeline of Spark survives, with stages that know the types of their columns") {
    LocalSpark.sc
    val texts = SparkSession.builder.getOrCreate().createDataFrame(Seq((1.0, "a b c"), (0.0, "c d"))).toDF("n", "text")
    val tokenizer = new Tokenizer().setInputCol("text").setOutputCol("words")
    val counts = new HashingTF().setInputCol("words").setOutputCol("counts").setNumFeatures(16)
    val model = new Pipeline().setStages(Array(tokenizer, counts)).fit(texts)
    def answers(model: PipelineModel) = model.transform(texts).collect().toSeq.map(_.toString)
    assertEquals(answers(copy(model)), answers(model))
  }

  test("Java's collections survive, locked ones as well") {
    val list = util.Arrays.asList("a", "b")
    val lists = Seq[util.List[String]](
      list,
      util.Collections.unmodifiableList(list),
      util.Collections.synchronizedList(new util.LinkedList(list)),
      util.List.of("a", "b"),
      util.List.of("a", "b", "c"),
      util.List.of(),
      util.Collections.emptyList(),
      util.Collections.singletonList("a")
    )
    lists.foreach(each => assertEquals(copy(each), each))
    val maps = Seq[util.Map[String, Integer]](
      util.Collections.unmodifiableMap(util.Collections.singletonMap("a", 1)),
      util.Collections.synchronizedMap(new util.HashMap(Map("a" -> Int.box(1)).asJava)),
      util.Map.of("a", 1),
      util.Map.of("a", 1, "b", 2),
      util.Map.of()
    )
    maps.foreach(each => assertEquals(copy(each), each))
    assertEquals(copy(util.Set.of("a", "b")), util.Set.of("a", "b"))
  }
}
