package org.apache.predictionio.testing

import org.apache.predictionio.controller._

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

/** A small engine: it learns the mean of numbers, and answers a query with the mean times a factor. */
object MeanEngine extends EngineFactory {
  override def apply(): Engine[Numbers, EmptyEvaluationInfo, Numbers, Query, Answer, Actual] = new Engine(
    classOf[NumberSource],
    classOf[KeepAll],
    Map("kept" -> classOf[KeptMean], "own" -> classOf[OwnMean], "again" -> classOf[MeanAgain]),
    classOf[SumServing]
  )

  override def engineParams(key: String): EngineParams = key match {
    case "three" => params(Seq(3.0), "kept" -> FactorParams(1.0))
    case "empty" => super.engineParams(key)
    case other => throw new IllegalArgumentException(s"There are no parameters named $other.")
  }

  def params(numbers: Seq[Double], algorithms: (String, Params)*): EngineParams =
    EngineParams(dataSourceParams = NumberParams(numbers), algorithmParamsList = algorithms)
}

case class Query(factor: Double)
case class Answer(value: Double)
case class Actual(value: Double)
case class NumberParams(numbers: Seq[Double], folds: Int = 0) extends Params
case class FactorParams(factor: Double) extends Params

class Numbers(val values: RDD[Double]) extends Serializable with SanityCheck {
  override def sanityCheck(): Unit = require(!values.isEmpty(), "There are no numbers.")
}

class NumberSource(params: NumberParams) extends PDataSource[Numbers, EmptyEvaluationInfo, Query, Actual] {
  override def readTraining(sc: SparkContext): Numbers = {
    NumberSource.reads += 1
    new Numbers(sc.parallelize(params.numbers, 2))
  }

  override def readEval(sc: SparkContext): Seq[(Numbers, EmptyEvaluationInfo, RDD[(Query, Actual)])] =
    (0 until params.folds).map { fold =>
      val queries = sc.parallelize(params.numbers.map(n => (Query(n), Actual(n * fold))), 2)
      (readTraining(sc), new EmptyEvaluationInfo(), queries)
    }
}

object NumberSource {
  @volatile var reads = 0
}

class KeepAll extends PPreparator[Numbers, Numbers] {
  override def prepare(sc: SparkContext, numbers: Numbers): Numbers = numbers
}

class KeptMean(params: FactorParams) extends P2LAlgorithm[Numbers, Double, Query, Answer] {
  override def train(sc: SparkContext, numbers: Numbers): Double = numbers.values.mean() * params.factor
  override def predict(mean: Double, query: Query): Answer = Answer(mean * query.factor)
}

/** A model that stores itself. */
case class StoredMean(mean: Double) extends PersistentModel[FactorParams] {
  override def save(id: String, params: FactorParams, sc: SparkContext): Boolean = {
    StoredMean.stored += id -> mean
    params.factor > 0
  }
}

object StoredMean extends PersistentModelLoader[FactorParams, StoredMean] {
  @volatile var stored: Map[String, Double] = Map.empty
  override def apply(id: String, params: FactorParams, sc: Option[SparkContext]): StoredMean = StoredMean(stored(id))
}

class OwnMean(params: FactorParams) extends P2LAlgorithm[Numbers, StoredMean, Query, Answer] {
  override def train(sc: SparkContext, numbers: Numbers): StoredMean = StoredMean(numbers.values.mean())
  override def predict(model: StoredMean, query: Query): Answer = Answer(model.mean * query.factor)
}

/** A model that lives on Spark and so is trained again at each deployment. */
class MeanAgain(params: FactorParams) extends PAlgorithm[Numbers, RDD[Double], Query, Answer] {
  override def train(sc: SparkContext, numbers: Numbers): RDD[Double] = numbers.values.map(_ * params.factor).cache()
  override def predict(model: RDD[Double], query: Query): Answer = Answer(model.mean() * query.factor)
  override def batchPredict(model: RDD[Double], queries: RDD[(Long, Query)]): RDD[(Long, Answer)] = {
    val mean = model.mean()
    queries.mapValues(query => Answer(mean * query.factor))
  }
}

class SumServing extends LServing[Query, Answer] {
  override def supplement(query: Query): Query = Query(query.factor + 1)
  override def serve(query: Query, answers: Seq[Answer]): Answer = {
    require(query.factor >= 0, "A factor is not negative.")
    Answer(answers.map(_.value).sum + query.factor / 1000)
  }
}

class Distance extends AverageMetric[EmptyEvaluationInfo, Query, Answer, Actual] {
  override def calculate(q: Query, p: Answer, a: Actual): Double = -math.abs(p.value - a.value)
}

object MeanEvaluation extends Evaluation with EngineParamsGenerator {
  engineMetric = (MeanEngine(), new Distance)
  engineParamsList = Seq(5.0, 0.5, 0.5).map { factor =>
    EngineParams(
      dataSourceParams = NumberParams(Seq(1.0, 2.0), folds = 2),
      algorithmParamsList = Seq("kept" -> FactorParams(factor))
    )
  }
}
