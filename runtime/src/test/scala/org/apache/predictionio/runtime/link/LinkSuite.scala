package org.apache.predictionio.runtime.link

import org.apache.predictionio.runtime.UserError

import org.json4s._

import java.net.{InetAddress, InetSocketAddress}
import java.nio.channels.{ServerSocketChannel, SocketChannel}

class LinkSuite extends munit.FunSuite {
  test("lines go both ways, and one that is too long is refused whole") {
    val server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress, 0))
    val one = new SocketLink(SocketChannel.open(server.getLocalAddress), longest = 12)
    val other = new SocketLink(server.accept())
    one.send(JObject("a" -> JString("1234")))
    assert(clue(intercept[UserError](one.send(JObject("a" -> JString("12345")))).why).startsWith("It has 13 bytes"))
    one.send(JObject("a" -> JInt(2)))
    other.send(JObject("b" -> JString("x" * 100000)))
    assertEquals(other.received.take(2).toList, List[JValue](JObject("a" -> JString("1234")), JObject("a" -> JInt(2))))
    assertEquals((one.received.next() \ "b").extract[String](DefaultFormats, manifest).length, 100000)
    server.close()
  }
}
