package org.apache.predictionio.runtime

import org.apache.predictionio.data.storage.{BiMap, DataMap, Event}
import org.apache.predictionio.runtime.link.Messages
import org.apache.predictionio.workflow.{JsonExtractor, JsonExtractorOption, KryoInstantiator}

import org.apache.spark.mllib.recommendation.{ALS, Rating}
import org.json4s.JObject

/** Uses what most engines use, so that an archive of loaded classes can be made of this process. */
private[runtime] object WarmUpVerb {

  /** A query such as engines have. */
  case class Query(user: String, num: Int, categories: Option[Set[String]])

  /** A prediction such as engines have. */
  case class Prediction(itemScores: Array[ItemScore])

  /** One item of it. */
  case class ItemScore(item: String, score: Double)

  /** Trains and serves something small. */
  def run(): JObject = {
    train()
    serve()
    Class.forName("org.postgresql.Driver")
    Messages.result()
  }

  private def train(): Unit = {
    val sc = SparkContexts.create("Warm-up")
    val events =
      sc.parallelize(for (user <- 1 to 8; item <- 1 to 8) yield rating(s"u$user", s"i$item", (user + item) % 5))
    val users = BiMap.stringInt(events.map(_.entityId))
    val items = BiMap.stringInt(events.flatMap(_.targetEntityId))
    val ratings = events.map { event =>
      Rating(users(event.entityId), items(event.targetEntityId.get), event.properties.get[Double]("rating"))
    }
    val model = ALS.train(ratings.cache(), 2, 3)
    val features = model.productFeatures.collectAsMap().toMap
    val _ = KryoInstantiator.fromBytes(KryoInstantiator.toBytes(Seq(users, items, features)))
  }

  private def rating(user: String, item: String, value: Int): Event = Event(
    event = "rate",
    entityType = "user",
    entityId = user,
    targetEntityType = Some("item"),
    targetEntityId = Some(item),
    properties = DataMap(s"""{"rating": $value}""")
  )

  private def serve(): Unit = {
    val query = JsonExtractor.extract(JsonExtractorOption.Both, """{"user": "u1", "num": 4}""", classOf[Query])
    val prediction = Prediction(Array.fill(query.num)(ItemScore(query.user, 1.0)))
    val _ = JsonExtractor.toJValue(JsonExtractorOption.Both, prediction)
  }
}
