package org.apache.predictionio.runtime

import java.sql.SQLException
import scala.concurrent.duration._

class PatienceSuite extends munit.FunSuite {
  private val away = new RuntimeException(new SQLException("This connection has been closed.", "08003"))

  test("work that lost its database is done again; other failures and too long an absence are not") {
    var attempts, waits = 0
    def failing(times: Int, failure: Exception): String = {
      attempts += 1
      if (attempts <= times) throw failure else "done"
    }
    assertEquals(Patience.whileAway(10.seconds)(waits += 1)(failing(1, away)), "done")
    assertEquals((attempts, waits), (2, 1))
    val refused = intercept[SQLException](
      Patience.whileAway(10.seconds)(fail("it waited"))(throw new SQLException("no such table", "42P01"))
    )
    assertEquals(refused.getMessage, "no such table")
    intercept[RuntimeException](Patience.whileAway(Duration.Zero)(fail("it waited"))(throw away))
  }
}
