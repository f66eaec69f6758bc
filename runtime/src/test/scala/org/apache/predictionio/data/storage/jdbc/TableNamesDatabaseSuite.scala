package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage._
import org.apache.predictionio.runtime.{DatabaseSettings, TableNames}
import org.apache.predictionio.testing.{DatabaseSuite, TestDatabase}

import scala.concurrent.ExecutionContext.Implicits.global

class TableNamesDatabaseSuite extends DatabaseSuite {
  private val names = TableNames("shop_meta", "shop_event", "shop_model")

  override def settings: DatabaseSettings = super.settings.copy(tables = names, sources = Seq("PG"))

  override def schema: String =
    TestDatabase.schema.replace("pio_meta_", "shop_meta_").replace("pio_model_", "shop_model_")

  test("apps, keys and channels are under the names in force") {
    val id = newApp("shop")
    assertEquals(Storage.getMetaDataApps().getByName("shop").map(_.id), Some(id))
    val keys = Storage.getMetaDataAccessKeys()
    assertEquals(keys.insert(AccessKey("k", id, Nil)), Some("k"))
    assertEquals(keys.getByAppid(id).map(_.key), Seq("k"))
    keys.delete("k")
    assertEquals(keys.get("k"), None)
    val channel = Storage.getMetaDataChannels().insert(Channel(0, "ch", id)).get
    assertEquals(Storage.getMetaDataChannels().getByAppid(id).map(_.id), Seq(channel))
  }

  test("events and models are under the names in force") {
    val id = newApp("events")
    val events = Storage.getLEvents()
    val stored = events.insert(Event(event = "rate", entityType = "user", entityId = "u"), id)
    assertEquals(events.get(stored, id).map(_.event), Some("rate"))
    sql(s"DELETE FROM shop_event_$id")
    assertEquals(events.get(stored, id), None)
    val models = Storage.getModelDataModels()
    models.insert(Model("m", Array[Byte](1, 2)))
    assertEquals(models.get("m").map(_.models.toSeq), Some(Seq[Byte](1, 2)))
    sql("DELETE FROM shop_model_models")
    assertEquals(models.get("m"), None)
  }

  test("the database's settings are those of the source that PIO's variables name") {
    assertEquals(Storage.getConfig("PG").map(_.properties("URL")), Some(settings.url))
    assertEquals(Storage.getConfig("ELASTICSEARCH"), None)
  }
}
