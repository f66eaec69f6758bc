package org.apache.predictionio.runtime

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

class BatchFilesSuite extends munit.FunSuite {
  test("lines end with LF, CR or both, and a byte order mark is skipped") {
    val file = Files.createTempFile("queries", ".json")
    Files.write(file, "\uFEFFa\rb\r\nc\n\nd\fe".getBytes(UTF_8))
    assertEquals(BatchFiles.readAll(file), Seq("a", "b", "c", "", "d\fe"))
  }
}
