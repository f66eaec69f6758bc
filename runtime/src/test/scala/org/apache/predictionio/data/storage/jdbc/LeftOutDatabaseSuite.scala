package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage._
import org.apache.predictionio.data.store.{LEventStore, PEventStore}
import org.apache.predictionio.data.view.DataView
import org.apache.predictionio.runtime.LeftOut
import org.apache.predictionio.testing.{DatabaseSuite, LocalSpark}

import org.apache.spark.sql.SparkSession

import scala.concurrent.ExecutionContext.Implicits.global

case class Rated(user: String, n: Double)

class LeftOutDatabaseSuite extends DatabaseSuite {
  private def sc = LocalSpark.sc

  /** What an older server let in, as SQL that makes the properties' text. */
  private val poison = Seq(
    s"""'{"n": ' || repeat('9', 5001) || '}'""",
    s"""'{"n": ' || repeat('9', 3000000) || '}'""",
    s"""'{"n": 1e400}'""",
    s"""'{"n": -Infinity}'""",
    s"""'{"n": ' || repeat('[', 100000) || repeat(']', 100000) || '}'"""
  )

  private def store(app: Int, id: String, event: String, user: String, properties: String): Unit = sql(
    s"""INSERT INTO pio_event_$app VALUES ('$id', '$event', 'user', '$user', NULL, NULL, $properties,
       |timestamp '2020-01-01', 'UTC', NULL, NULL, timestamp '2020-01-01', 'UTC')""".stripMargin
  )

  private def filled(name: String): Int = {
    val app = newApp(name)
    for (event <- Seq("rate", "$set")) {
      store(app, s"good-$event", event, "good", """'{"n": 4}'""")
      poison.zipWithIndex.foreach { case (properties, n) => store(app, s"$n-$event", event, s"u$n", properties) }
    }
    app
  }

  private def told(work: => Unit): Seq[String] = {
    var words = Seq.empty[String]
    LeftOut.listen(text => words :+= text)
    try {
      work
      LeftOut.tell()
    } finally LeftOut.listen(_ => ())
    words
  }

  test("training leaves out the events that no reader can take, in every way to read, and tells of each once") {
    filled("poisoned")
    val said = told {
      (1 to 2).foreach(_ => assertEquals(PEventStore.find("poisoned")(sc).map(_.entityId).collect().toSeq, Seq("good", "good")))
      assertEquals(PEventStore.find("poisoned")(sc).map(_.properties.get[Double]("n")).sum(), 8.0)
      val entities = PEventStore.aggregateProperties("poisoned", "user")(sc).collect().toMap
      assertEquals(entities.mapValues(_.get[Int]("n")).toMap, Map("good" -> 4))
      val session = SparkSession.builder.getOrCreate()
      val table = DataView.create[Rated](
        appName = "poisoned",
        conversionFunction = event => Some(Rated(event.entityId, event.properties.get[Double]("n")))
      )(session.sqlContext)
      assertEquals(table.count(), 2L)
      assertEquals(LEventStore.find("poisoned").size, 2)
      assertEquals(LEventStore.findByEntity("poisoned", "user", "u1").size, 0)
    }
    assertEquals(said.size, 1)
    assert(clue(said.head).startsWith("10 events of app 'poisoned' were left out: the properties hold a number"))
    assertEquals(told(PEventStore.find("poisoned")(sc).count()), Nil)
  }

  test("an event that could not be read again is not stored") {
    val app = newApp("writing")
    val event = Event(event = "rate", entityType = "user", entityId = "u", properties = DataMap(s"""{"n": ${"9" * 400}}"""))
    val refused = intercept[IllegalArgumentException](Storage.getLEvents().insert(event, app))
    assert(clue(refused.getMessage).contains("which no double can hold"))
    assertEquals(LEventStore.find("writing").size, 0)
  }

  test("what no event can have is found nowhere") {
    filled("halves")
    for (id <- Seq("a\u0000b", "\ud800", "good\u0000")) {
      assertEquals(LEventStore.findByEntity("halves", "user", id).size, 0)
      assertEquals(LEventStore.find("halves", eventNames = Some(Seq(id, "rate")), entityId = Some("good")).size, 1)
      assertEquals(LEventStore.find("halves", targetEntityId = Some(Some(id))).size, 0)
    }
  }
}
