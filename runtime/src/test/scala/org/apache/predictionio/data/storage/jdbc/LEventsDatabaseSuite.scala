package org.apache.predictionio.data.storage.jdbc

import org.apache.predictionio.data.storage._
import org.apache.predictionio.data.store.LEventStore
import org.apache.predictionio.data.store.java.{LJavaEventStore, OptionHelper}
import org.apache.predictionio.runtime.UserError
import org.apache.predictionio.testing.DatabaseSuite

import org.joda.time.{DateTime, DateTimeZone}

import scala.collection.JavaConverters._
import scala.concurrent.ExecutionContext.Implicits.global
import scala.concurrent.duration.Duration

class LEventsDatabaseSuite extends DatabaseSuite {
  private lazy val app = newApp("local")
  private lazy val events = Storage.getLEvents()

  private def at(second: Int) = new DateTime(2020, 1, 1, 0, 0, second, DateTimeZone.forID("+09:00"))

  private def view(user: String, item: String, second: Int): Event = Event(
    event = "view",
    entityType = "user",
    entityId = user,
    targetEntityType = Some("item"),
    targetEntityId = Some(item),
    properties = DataMap("""{"n": 1}"""),
    eventTime = at(second),
    tags = Seq("a", "b"),
    prId = Some("p"),
    creationTime = at(second)
  )

  override def beforeAll(): Unit = {
    super.beforeAll()
    Seq(view("u1", "i1", 1), view("u1", "i2", 3), view("u1", "i3", 2), view("u2", "i1", 4)).foreach(events.insert(
      _,
      app
    ))
    val _ = events.insert(Event(event = "login", entityType = "user", entityId = "u1", eventTime = at(5)), app)
  }

  private def items(found: Iterator[Event]): List[String] = found.map(_.targetEntityId.getOrElse("-")).toList

  test("an event is stored and read as it was, with its zone") {
    val id = events.insert(view("u9", "ü", 7).copy(eventId = Some("abc")), app)
    assertEquals(id, "abc")
    val found = events.get("abc", app)
    assertEquals(found, Some(view("u9", "ü", 7).copy(eventId = Some("abc"))))
    assertEquals(found.map(_.eventTime.getZone.getID), Some("+09:00"))
    assertEquals(events.delete("abc", app), true)
    assertEquals(events.delete("abc", app), false)
    assertEquals(events.get("abc", app), None)
  }

  test("ids that are made are 32 hexadecimal digits and grow with time") {
    val made = Seq.fill(3) { Thread.sleep(2); EventWriter.newId() }
    assertEquals(made, made.sorted)
    made.foreach(id => assert(id.matches("[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}"), id))
  }

  test("an invalid event is refused") {
    intercept[IllegalArgumentException](events.insert(view("", "i1", 1), app))
  }

  test("the events of an entity come the last first, as many as are asked for") {
    def find(limit: Option[Int] = None, latest: Boolean = true) =
      items(LEventStore.findByEntity(
        "local",
        "user",
        "u1",
        eventNames = Some(Seq("view")),
        limit = limit,
        latest = latest
      ))
    assertEquals(find(), List("i2", "i3", "i1"))
    assertEquals(find(limit = Some(2)), List("i2", "i3"))
    assertEquals(find(limit = Some(-1)).size, 3)
    assertEquals(find(latest = false), List("i1", "i3", "i2"))
  }

  test("events are filtered by time, target and name") {
    def find(start: Option[Int] = None, until: Option[Int] = None, target: Option[Option[String]] = None) = items(
      LEventStore.find("local", startTime = start.map(at), untilTime = until.map(at), targetEntityId = target)
    )
    assertEquals(find(start = Some(2), until = Some(4)), List("i3", "i2"))
    assertEquals(find(target = Some(Some("i1"))), List("i1", "i1"))
    assertEquals(find(target = Some(None)), List("-"))
    assertEquals(items(LEventStore.find("local", eventNames = Some(Nil))), Nil)
    assertEquals(items(LEventStore.find("local", limit = Some(1))), List("i1"))
  }

  test("Java finds the same") {
    val none = OptionHelper.none[String]
    val found = LJavaEventStore.findByEntity(
      "local",
      "user",
      "u1",
      none,
      OptionHelper.some(_root_.java.util.Arrays.asList("view")),
      OptionHelper.some(OptionHelper.some("item")),
      OptionHelper.none[Option[String]],
      OptionHelper.none[DateTime],
      OptionHelper.none[DateTime],
      OptionHelper.some(Int.box(1)),
      true,
      Duration(10, "seconds")
    )
    assertEquals(found.get(0).targetEntityId, Some("i2"))
  }

  test("Java finds by the parameters in their order, and without waiting") {
    val (none, name) = (OptionHelper.none[String], OptionHelper.some("user"))
    val (noTarget, noTime) = (OptionHelper.none[Option[String]], OptionHelper.none[DateTime])
    val (names, limit) = (OptionHelper.some(_root_.java.util.Arrays.asList("view")), OptionHelper.some(Int.box(2)))
    val id = OptionHelper.some("u1")
    val from = OptionHelper.some(at(2))
    val waited = LJavaEventStore
      .find("local", name, id, none, names, noTarget, noTarget, from, noTime, limit, Duration(10, "seconds"))
    assertEquals(waited.asScala.flatMap(_.targetEntityId).toList, List("i3", "i2"))
    val executor = _root_.java.util.concurrent.Executors.newSingleThreadExecutor()
    try {
      val later = LJavaEventStore
        .findAsync("local", name, id, none, names, noTarget, noTarget, from, noTime, limit, executor)
      assertEquals(later.get(), waited)
      val latest = LJavaEventStore
        .findByEntityAsync("local", "user", "u1", none, names, noTarget, noTarget, from, noTime, limit, true, executor)
      assertEquals(latest.get().asScala.flatMap(_.targetEntityId).toList, List("i2", "i3"))
    } finally executor.shutdown()
  }

  test("the older look-up says why it failed") {
    assertEquals(
      events.findSingleEntity(appId = app, entityType = "user", entityId = "u2").map(items),
      Right(List("i1"))
    )
    assert(events.findSingleEntity(appId = 999, entityType = "user", entityId = "u2").isLeft)
  }

  test("an app, a channel or a table that is not there is an error that names it") {
    val noApp = intercept[UserError](LEventStore.find("nope"))
    assertEquals(noApp.code, "app-not-found")
    assert(noApp.what.contains("nope") && noApp.hint.contains("pio app new nope"))
    assert(intercept[UserError](LEventStore.find("local", channelName = Some("nope"))).what.contains("channel"))
    assertEquals(intercept[UserError](events.find(999)).code, "app-not-found")
  }

  test("channels have events of their own") {
    val channel = Storage.getMetaDataChannels().insert(Channel(0, "ch1", app)).get
    events.init(app, Some(channel))
    val _ = events.insert(view("u1", "in-channel", 1), app, Some(channel))
    assertEquals(items(LEventStore.find("local", channelName = Some("ch1"))), List("in-channel"))
    assertEquals(events.remove(app, Some(channel)), true)
    intercept[UserError](LEventStore.find("local", channelName = Some("ch1")))
  }

  test("properties are aggregated") {
    val set = Event(event = "$set", entityType = "thing", entityId = "t1", properties = DataMap("""{"a": 1, "b": 2}"""))
    events.insert(set, app)
    events.insert(
      set.copy(event = "$unset", properties = DataMap("""{"a": null}"""), eventTime = set.eventTime.plus(1)),
      app
    )
    val found = events.aggregateProperties(app, entityType = "thing")
    assertEquals(found.map { case (id, properties) => id -> properties.keySet }, Map("t1" -> Set("b")))
    assertEquals(
      events.aggregateProperties(app, entityType = "thing", required = Some(Seq("a"))),
      Map.empty[String, PropertyMap]
    )
    val one = events.aggregatePropertiesOfEntity(app, entityType = "thing", entityId = "t1")
    assertEquals(one.map(_.get[Int]("b")), Some(2))
  }

  test("connections that the server has ended are replaced") {
    assertEquals(items(LEventStore.find("local", limit = Some(1))), List("i1"))
    sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    assertEquals(items(LEventStore.find("local", limit = Some(1))), List("i1"))
  }
}
