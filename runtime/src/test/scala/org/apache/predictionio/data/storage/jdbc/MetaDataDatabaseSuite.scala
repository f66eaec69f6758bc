package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage._
import org.apache.predictionio.testing.DatabaseSuite

import org.joda.time.{DateTime, DateTimeZone}

import java.util.{Arrays, SplittableRandom}
import scala.util.Try

class MetaDataDatabaseSuite extends DatabaseSuite {
  private val noon = new DateTime(2020, 1, 1, 12, 0, 0, 5, DateTimeZone.UTC)

  private def instance(id: String, status: String, start: DateTime): EngineInstance = EngineInstance(
    id = id,
    status = status,
    startTime = start,
    endTime = start,
    engineId = "engine",
    engineVersion = "1",
    engineVariant = "default",
    engineFactory = "Factory",
    batch = "b",
    env = Map("PIO_RUNTIME" -> "1", "A" -> "x,y"),
    sparkConf = Map("a" -> "b=c"),
    dataSourceParams = "{}",
    preparatorParams = "{}",
    algorithmsParams = "[]",
    servingParams = "{}"
  )

  test("the database's settings are those of the source PGSQL") {
    val found = Storage.getConfig("PGSQL").get.properties
    assertEquals(found("URL"), settings.url)
    assertEquals((found("USERNAME"), found("PASSWORD")), (settings.user, settings.password))
    assertEquals(Storage.getConfig("HBASE"), None)
  }

  test("apps have unique names") {
    val apps = Storage.getMetaDataApps()
    val id = apps.insert(App(0, "shop", Some("d"))).get
    assertEquals(apps.insert(App(0, "shop", None)), None)
    assertEquals(apps.getByName("shop"), Some(App(id, "shop", Some("d"))))
    apps.update(App(id, "store", None))
    assertEquals(apps.get(id), Some(App(id, "store", None)))
    assertEquals(apps.getAll(), List(App(id, "store", None)))
    apps.delete(id)
    assertEquals(apps.get(id), None)
  }

  test("access keys belong to apps") {
    val keys = Storage.getMetaDataAccessKeys()
    val made = keys.insert(AccessKey("", 7, Seq("rate", "buy"))).get
    assertEquals(made.length, 64)
    assertEquals(keys.insert(AccessKey(made, 8, Nil)), None)
    assertEquals(keys.get(made), Some(AccessKey(made, 7, Seq("rate", "buy"))))
    keys.update(AccessKey(made, 7, Nil))
    assertEquals(keys.getByAppid(7), List(AccessKey(made, 7, Nil)))
    keys.delete(made)
    assertEquals(keys.getAll(), Nil)
  }

  test("channels belong to apps and have short names") {
    val channels = Storage.getMetaDataChannels()
    val id = channels.insert(Channel(0, "ch-1", 7)).get
    assertEquals(channels.get(id), Some(Channel(id, "ch-1", 7)))
    assertEquals(channels.getByAppid(7).map(_.id), List(id))
    channels.delete(id)
    assertEquals(channels.getByAppid(7), Nil)
    intercept[IllegalArgumentException](Channel(0, "no spaces", 7))
  }

  test("the latest completed training is found") {
    val instances = Storage.getMetaDataEngineInstances()
    instances.insert(instance("i1", "COMPLETED", noon))
    instances.insert(instance("i2", "COMPLETED", noon.plusHours(1)))
    instances.insert(instance("i3", "INIT", noon.plusHours(2)))
    assertEquals(instances.getLatestCompleted("engine", "1", "default").map(_.id), Some("i2"))
    assertEquals(instances.get("i1"), Some(instance("i1", "COMPLETED", noon)))
    instances.update(instance("i3", "COMPLETED", noon.plusHours(2)))
    assertEquals(instances.getCompleted("engine", "1", "default").map(_.id), List("i3", "i2", "i1"))
    assertEquals(instances.getCompleted("other", "1", "default"), Nil)
    Seq("i1", "i2", "i3").foreach(instances.delete)
    assertEquals(instances.getAll(), Nil)
  }

  test("a training is completed with its models or not at all") {
    val instances = new JDBCEngineInstances(Connections.current)
    instances.insert(instance("whole", "INIT", noon))
    val models = Array[Byte](1, 2, 3)
    instances.complete(instance("whole", "COMPLETED", noon))(_.write(models))
    assertEquals(Storage.getModelDataModels().get("whole").map(_.models.toSeq), Some(Seq[Byte](1, 2, 3)))
    instances.insert(instance("half", "INIT", noon))
    assert(Try(instances.complete(instance("half", null, noon))(_.write(models))).isFailure)
    assertEquals(Storage.getModelDataModels().get("half").map(_.id), None)
    assertEquals(instances.get("half").map(_.status), Some("INIT"))
  }

  test("evaluations are stored with their results") {
    val evaluations = Storage.getMetaDataEvaluationInstances()
    val id = evaluations.insert(EvaluationInstance(status = "INIT", startTime = noon, endTime = noon))
    assertEquals(evaluations.getCompleted(), Nil)
    val done =
      evaluations.get(id).get.copy(status = "EVALCOMPLETED", evaluatorResults = "r", evaluatorResultsJSON = "{}")
    evaluations.update(done)
    assertEquals(evaluations.getCompleted(), List(done))
    evaluations.delete(id)
    assertEquals(evaluations.getAll(), Nil)
  }

  test("models are stored, replaced, read and removed; those in chunks are read as one") {
    val models = Storage.getModelDataModels()
    models.insert(Model("m", Array[Byte](1, 2)))
    models.insert(Model("m", Array[Byte](3)))
    assertEquals(models.get("m").map(_.models.toSeq), Some(Seq[Byte](3)))
    models.delete("m")
    assertEquals(models.get("m").map(_.id), None)
    models.insert(Model("large", Array.emptyByteArray))
    sql("INSERT INTO pio_model_chunks VALUES ('large', 1, '\\x0304'), ('large', 0, '\\x0102'), ('large', 2, '\\x05')")
    assertEquals(models.get("large").map(_.models.toSeq), Some(Seq[Byte](1, 2, 3, 4, 5)))
    models.delete("large")
    assertEquals(models.get("large").map(_.id), None)
  }

  test("models of all sizes are read as they were written, whether they lie in one value or in chunks") {
    val models = Storage.getModelDataModels()
    val chunk = JDBCModels.Chunk
    val random = new SplittableRandom(7)
    Seq(0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 5).foreach { size =>
      val bytes = new Array[Byte](size)
      random.nextBytes(bytes)
      models.insert(Model("sized", bytes))
      assert(models.get("sized").exists(found => Arrays.equals(found.models, bytes)), s"$size bytes")
    }
    val inOneValue = "string_agg(chunk, '' ORDER BY seq) FROM pio_model_chunks WHERE id = 'sized'"
    sql(s"INSERT INTO pio_model_models SELECT 'whole-value', $inOneValue")
    assertEquals(
      models.get("whole-value").map(found => Arrays.hashCode(found.models)),
      models.get("sized").map(found => Arrays.hashCode(found.models))
    )
    Seq("sized", "whole-value").foreach(models.delete)
  }
}
