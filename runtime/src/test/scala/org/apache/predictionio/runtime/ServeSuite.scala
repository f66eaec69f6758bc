package org.apache.predictionio.runtime

import org.apache.predictionio.controller.{LFirstServing, P2LAlgorithm}
import org.apache.predictionio.core.{BaseAlgorithm, BaseServing}
import org.apache.predictionio.runtime.link.{Link, SocketLink}
import org.apache.predictionio.workflow.JsonExtractorOption

import org.apache.spark.SparkContext
import org.json4s._

import java.net.{InetAddress, InetSocketAddress}
import java.nio.channels.{ServerSocketChannel, SocketChannel}
import scala.util.control.ControlThrowable

case class Wish(what: String)
class Loop(var next: Loop)

/** Fails in the way that the query names, or answers what cannot be written. */
class Failing extends P2LAlgorithm[Any, Any, Wish, Any] {
  override def train(sc: SparkContext, data: Any): Any = ()
  override def predict(model: Any, query: Wish): Any = query.what match {
    case "stack" => deep(0)
    case "heap" => Iterator.continually(new Array[Long](1 << 24)).toList
    case "class" => throw new NoClassDefFoundError("lost/Found")
    case "linkage" => throw new UnsatisfiedLinkError("no blas")
    case "control" => throw new ControlThrowable {}
    case "fatal" => throw new InternalError("a fault")
    case "interrupted" => throw new InterruptedException
    case "flag" =>
      Thread.currentThread.interrupt()
      Map("flag" -> true)
    case "speechless" => throw new RuntimeException { override def getMessage: String = throw new IllegalStateException }
    case "loop" =>
      val loop = new Loop(null)
      loop.next = loop
      loop
    case "huge" => "x" * (65 * 1024 * 1024)
    case "surrogate" => "\ud800"
    case other => Map("wish" -> other)
  }
  private def deep(level: Int): Int = deep(level + 1) + 1
}

class ServeSuite extends munit.FunSuite {
  override val munitTimeout = scala.concurrent.duration.Duration(2, "minutes")

  private val deployed = new Deployed(
    Seq(new Failing().asInstanceOf[BaseAlgorithm[Any, Any, Any, Any]]),
    Seq(()),
    new LFirstServing[Wish, Any]().asInstanceOf[BaseServing[Any, Any]],
    JsonExtractorOption.Both
  )

  /** The two ends of a link. */
  private def pair(): (Link, Link) = {
    val server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress, 0))
    try new SocketLink(SocketChannel.open(server.getLocalAddress)) -> new SocketLink(server.accept())
    finally server.close()
  }

  private def query(id: Int, body: String): JObject =
    JObject("type" -> JString("query"), "id" -> JInt(id), "body" -> JString(body))

  test("every query is answered, whatever the engine throws or answers, and those after it too") {
    val (worker, front) = pair()
    val wishes = Seq("stack", "heap", "class", "linkage", "control", "fatal", "interrupted", "speechless", "loop", "huge")
    val received = front.received
    for ((wish, n) <- wishes.zipWithIndex) {
      val thread = new Thread(() => ServeVerb.reply(worker, deployed, query(n, s"""{"what": "$wish"}""")))
      thread.start()
      val answer = received.next()
      thread.join()
      assertEquals((answer \ "id", answer \ "status"), (JInt(n): JValue, JInt(500): JValue), wish)
      assert((answer \ "message").isInstanceOf[JString], wish)
    }
    for (wish <- Seq("flag", "surrogate", "plain")) {
      val thread = new Thread(() => ServeVerb.reply(worker, deployed, query(99, s"""{"what": "$wish"}""")))
      thread.start()
      assertEquals(received.next() \ "status", JInt(200): JValue, wish)
      thread.join()
    }
  }

  test("a query that is no query is refused as such, however it is malformed") {
    val (worker, front) = pair()
    val deep = 100000
    val texts = Seq("[" * deep, "{\"a\":" * deep, "{\"what\": " + "[" * deep, "{\"what\": 1e999999999}", "\u0000", "{\"what\" \u0000}",
      "{\"what\": \"\\u12\"}", "{\"what\": " + "7" * (1 << 20) + "}", "{\"what\": \"")
    val received = front.received
    for ((text, n) <- texts.zipWithIndex) {
      ServeVerb.reply(worker, deployed, query(n, text))
      val answer = received.next()
      assertEquals(answer \ "status", JInt(400): JValue, s"${text.take(20)} $answer")
    }
  }
}
