package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.core.{EventWindow, SelfCleaningDataSource}
import org.apache.predictionio.data.storage._
import org.apache.predictionio.data.store.PEventStore
import org.apache.predictionio.data.store.java.{OptionHelper, PJavaEventStore}
import org.apache.predictionio.data.view.{EventSeq, LBatchView}
import org.apache.predictionio.runtime.UserError
import org.apache.predictionio.testing.{DatabaseSuite, LocalSpark, PropertyChanges}

import org.joda.time.{DateTime, DateTimeZone}
import org.scalacheck.Gen
import org.scalacheck.rng.Seed

import scala.annotation.nowarn
import scala.concurrent.ExecutionContext.Implicits.global

class PEventsDatabaseSuite extends DatabaseSuite {
  private def sc = LocalSpark.sc

  /** So many events of 100 users, one a minute. */
  private def fill(app: Int, count: Int): Unit = sql(
    s"""INSERT INTO pio_event_$app SELECT lpad(i::text, 32, '0'), CASE i % 2 WHEN 0 THEN 'rate' ELSE 'buy' END, 'user', 'u' || i % 100,
       |CASE WHEN i % 10 = 0 THEN NULL ELSE 'item' END, CASE WHEN i % 10 = 0 THEN NULL ELSE 'i' || i % 50 END,
       |'{"n": ' || i || '}', timestamp '2020-01-01' + i * interval '1 minute', '+09:00', NULL, NULL, timestamp '2020-01-01', 'UTC'
       |FROM generate_series(1, $count) i""".stripMargin
  )

  private def numbers(events: org.apache.spark.rdd.RDD[Event]): Seq[Int] =
    events.map(_.properties.get[Int]("n")).collect().toVector

  test("a small table is read in four ranges of time, each event once") {
    val app = newApp("small")
    fill(app, 200)
    val events = PEventStore.find("small")(sc)
    assertEquals(events.getNumPartitions, 4)
    assertEquals(numbers(events), 1 to 200)
    val first = events.filter(_.properties.get[Int]("n") == 1).first()
    assertEquals(first.eventTime.getZone.getID, "+09:00")
    assertEquals(first.eventTime.getMillis, new DateTime(2020, 1, 1, 0, 1, DateTimeZone.UTC).getMillis)
  }

  test("the older ways to read events give the same") {
    val app = newApp("older")
    fill(app, 200)
    val until = Some(new DateTime(2020, 1, 1, 1, 40, DateTimeZone.UTC))
    @nowarn("cat=deprecation")
    def read = Storage.getPEvents().getByAppIdAndTimeAndEntity(app, None, until, Some("user"), Some("u1"))(sc)
    assertEquals(numbers(read), Seq(1))
    @nowarn("cat=deprecation")
    def view = new LBatchView(app, None, until)
    import EventSeq._
    assertEquals(view.events.filter(eventOpt = Some("buy")).map(_.properties.get[Int]("n")).toSeq, 1 to 99 by 2)
  }

  test("events before 1970 and far in the future are read too") {
    val app = newApp("times")
    Seq(1900, 2020, 2990).zipWithIndex.foreach { case (year, n) =>
      Storage.getLEvents().insert(
        Event(
          event = "x",
          entityType = "user",
          entityId = "u",
          properties = DataMap(s"""{"n": $n}"""),
          eventTime = new DateTime(year, 1, 1, 0, 0, DateTimeZone.UTC)
        ),
        app
      )
    }
    assertEquals(numbers(PEventStore.find("times")(sc)).toSet, Set(0, 1, 2))
  }

  test("a large table is read by several connections, each event once, with filters") {
    val app = newApp("large")
    fill(app, 60000)
    val events = PEventStore.find("large")(sc)
    assert(events.getNumPartitions > 1 && events.getNumPartitions <= 4, events.getNumPartitions.toString)
    assertEquals(numbers(events).size, 60000)
    assertEquals(numbers(events).sorted.zip(1 to 60000).find(pair => pair._1 != pair._2), None)
    val some = PEventStore.find(
      "large",
      startTime = Some(new DateTime(2020, 1, 1, 0, 10, DateTimeZone.UTC)),
      untilTime = Some(new DateTime(2020, 1, 1, 1, 0, DateTimeZone.UTC)),
      entityType = Some("user"),
      eventNames = Some(List("rate")),
      targetEntityType = Some(Some("item"))
    )(sc)
    assertEquals(numbers(some), (10 until 60).filter(i => i % 2 == 0 && i % 10 != 0))
    assertEquals(PEventStore.find("large", targetEntityType = Some(None))(sc).count(), 6000L)
    assertEquals(PEventStore.find("large", entityId = Some("u7"))(sc).count(), 600L)
    val none = OptionHelper.none[String]
    val time = OptionHelper.none[DateTime]
    val id = OptionHelper.none[Option[String]]
    val names = OptionHelper.some(_root_.java.util.Arrays.asList("buy"))
    assertEquals(PJavaEventStore.find("large", none, time, time, none, none, names, id, id, sc).count(), 30000L)
  }

  test("slices by place follow each other without a gap, the last one open") {
    assertEquals(
      Slices.byPlace(1000, 3).map(_.condition),
      Seq(
        Some("ctid < '(333,0)'::tid"),
        Some("ctid >= '(333,0)'::tid AND ctid < '(666,0)'::tid"),
        Some("ctid >= '(666,0)'::tid")
      )
    )
    assertEquals(Slices.byPlace(10, 1).map(_.condition), Seq(None))
  }

  test("properties are aggregated on Spark, and required ones asked for") {
    val app = newApp("properties")
    def change(name: String, id: String, json: String, second: Int): Unit = {
      val event = Event(
        event = name,
        entityType = "item",
        entityId = id,
        properties = DataMap(json),
        eventTime = new DateTime(2020, 1, 1, 0, 0, second, DateTimeZone.UTC)
      )
      val _ = Storage.getLEvents().insert(event, app)
    }
    change("$set", "i1", """{"a": 1, "b": [1, 2]}""", 5)
    change("$set", "i1", """{"a": 0}""", 1)
    change("$set", "i2", """{"a": 1}""", 1)
    change("$delete", "i2", "{}", 2)
    change("$set", "i3", "{}", 1)
    val found = PEventStore.aggregateProperties("properties", "item")(sc).collectAsMap()
    assertEquals(found.keySet.toSet, Set("i1", "i3"))
    assertEquals(found("i1").get[Int]("a"), 1)
    assertEquals(found("i1").firstUpdated.getSecondOfMinute, 1)
    assertEquals(found("i1").lastUpdated.getSecondOfMinute, 5)
    val required = PEventStore.aggregateProperties("properties", "item", required = Some(Seq("b")))(sc)
    assertEquals(required.keys.collect().toSeq, Seq("i1"))
    val entities =
      Storage.getPEvents().extractEntityMap[Int](app, "item", required = Some(Seq("a")))(sc)(_.get[Int]("a"))
    assertEquals(entities.data("i1"), 1)
  }

  test("whatever the events are, Spark aggregates properties as a plain model does, and so does a local look-up") {
    val app = newApp("generated")
    val entities = (1 to 500).map(n => PropertyChanges.of(s"i$n").pureApply(Gen.Parameters.default, Seed(n.toLong)))
    Storage.getPEvents().write(sc.parallelize(entities.flatten.sortBy(_.hashCode), 7), app)(sc)
    val expected = entities.flatMap(events => PropertyChanges.model(events).map(events.head.entityId -> _)).toMap
    assert(expected.size > 300 && expected.size < 490, expected.size.toString)
    assertEquals(PEventStore.aggregateProperties("generated", "item")(sc).collect().toMap, expected)
    assertEquals(Storage.getLEvents().aggregateProperties(app, entityType = "item"), expected)
  }

  test("events are stored and removed in parallel") {
    val app = newApp("written")
    val made = sc.parallelize(1 to 2500, 3).map { n =>
      Event(
        eventId = Some(s"id$n"),
        event = "x",
        entityType = "user",
        entityId = s"u$n",
        properties = DataMap(s"""{"n": $n}""")
      )
    }
    Storage.getPEvents().write(made, app)(sc)
    Storage.getPEvents().write(made, app)(sc)
    assertEquals(PEventStore.find("written")(sc).count(), 2500L)
    Storage.getPEvents().delete(sc.parallelize(1 to 2499).map(n => s"id$n"), app, None)(sc)
    assertEquals(numbers(PEventStore.find("written")(sc)), Seq(2500))
  }

  test("an app or a table that is not there is an error at once") {
    assertEquals(intercept[UserError](PEventStore.find("nope")(sc)).code, "app-not-found")
    assertEquals(intercept[UserError](Storage.getPEvents().find(4711)(sc)).code, "app-not-found")
  }

  test("a self-cleaning data source keeps what is recent, once, with properties compressed") {
    val app = newApp("cleaned")
    val now = DateTime.now(DateTimeZone.UTC)
    def store(name: String, id: String, json: String, daysAgo: Int): Unit = {
      val event = Event(
        event = name,
        entityType = "user",
        entityId = id,
        properties = DataMap(json),
        eventTime = now.minusDays(daysAgo)
      )
      val _ = Storage.getLEvents().insert(event, app)
    }
    store("view", "old", "{}", 40)
    store("view", "new", "{}", 1)
    store("view", "new", "{}", 1)
    store("$set", "u1", """{"a": 1}""", 50)
    store("$set", "u1", """{"a": 2, "b": 1}""", 45)
    store("$set", "u2", """{"a": 1}""", 45)
    store("$unset", "u2", """{"a": null}""", 44)
    store("$set", "u2", """{"b": 1}""", 43)
    val before = PEventStore.aggregateProperties("cleaned", "user")(sc).mapValues(_.fields).collectAsMap()
    val source = new SelfCleaningDataSource {
      override def appName: String = "cleaned"
      override def eventWindow: Option[EventWindow] =
        Some(EventWindow(Some("30 days"), removeDuplicates = true, compressProperties = true))
    }
    source.cleanPersistedPEvents(sc)
    val after = PEventStore.find("cleaned")(sc).map(e => (e.event, e.entityId)).collect().sorted.toSeq
    assertEquals(
      after,
      Seq("$set" -> "u1", "$set" -> "u2", "$set" -> "u2", "$unset" -> "u2", "view" -> "new")
    )
    assertEquals(PEventStore.aggregateProperties("cleaned", "user")(sc).mapValues(_.fields).collectAsMap(), before)
    source.cleanPersistedLEvents()
    assertEquals(PEventStore.find("cleaned")(sc).count(), 5L)
  }
}
