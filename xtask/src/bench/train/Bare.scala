import org.apache.spark.mllib.recommendation.{ALS, Rating}
import org.apache.spark.{SparkConf, SparkContext}

/** The same matrix factorisation as the recommendation engine's, as a Spark job without PIO: reads lines of user,item,rating. */
object Bare {
  def main(arguments: Array[String]): Unit = {
    val sc = new SparkContext(new SparkConf().setAppName("bare"))
    val lines = sc.textFile(arguments(0)).map(_.split(","))
    val ratings = lines.map(field => Rating(field(0).toInt, field(1).toInt, field(2).toDouble)).cache()
    val model = new ALS().setRank(10).setIterations(20).setLambda(0.01).setSeed(3).run(ratings)
    println(s"${model.userFeatures.collect().length} users, ${model.productFeatures.collect().length} items")
    sc.stop()
  }
}
