package org.apache.predictionio.data.storage

import org.apache.predictionio.testing.PropertyChanges

import org.scalacheck.Gen
import org.scalacheck.Prop.forAllNoShrink

class PropertyAggregationPropertySuite extends munit.ScalaCheckSuite {
  private val cases = for {
    events <- PropertyChanges.of("i1")
    parts <- Gen.listOfN(events.size, Gen.choose(0, 3))
  } yield (events, parts)

  property("events come to what a plain model says, however they are divided and put together") {
    forAllNoShrink(cases) { case (events, parts) =>
      val divided = events.zip(parts).groupBy(_._2).values.map(_.map(_._1))
      val gathered = divided.map(_.foldLeft(PropertyAggregation())(_.add(_))).toSeq
      val expected = PropertyChanges.model(events)
      for (order <- gathered.permutations) {
        assertEquals(order.foldLeft(PropertyAggregation())(_.merge(_)).result, expected)
      }
    }
  }
}
