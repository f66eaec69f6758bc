//! The table of known errors.

/// A known error: how to recognise it, and its advice.
pub(crate) struct Row {
    /// The compiler's message must contain all of these.
    pub(crate) message: &'static [&'static str],
    /// The source line or the message must contain one of these, unless the list is empty.
    pub(crate) source: &'static [&'static str],
    /// The reason.
    pub(crate) why: &'static str,
    /// What to change.
    pub(crate) change: &'static str,
}

/// The reason for interfaces that existed only before PIO 0.9.2.
const BEFORE: &str =
    "This part of PIO's interface was there only before PIO 0.9.2, or was never meant for engines.";

/// What to change in such engines.
const FOLLOW: &str = "Follow the interface of PIO 0.9.2 and later: DataSource, Preparator, Algorithm and Serving of \
    org.apache.predictionio.controller, or of org.apache.predictionio.controller.java with Java.";

/// The reason and the change for libraries without a version for this runtime.
const MAHOUT: (&str, &str) = (
    "Apache Mahout has no version for Spark 3, so engines that use it cannot run here.",
    "Replace what is taken from Mahout by Spark's mllib, for example by its ALS or by the cosine similarities of a RowMatrix.",
);
const H2O: (&str, &str) = (
    "H2O's Sparkling Water for Spark 1 and 2 does not work with Spark 3.",
    "Use a classifier or a regression of Spark's ml or mllib.",
);
const DL4J: (&str, &str) = (
    "The version of Deeplearning4j that this engine names does not work with Scala 2.12 and Spark 3.",
    "Use a model of Spark's ml, such as MultilayerPerceptronClassifier or Word2Vec.",
);
const ELASTICSEARCH: (&str, &str) = (
    "Elasticsearch's connector for Spark 3 has another name.",
    "Name \"org.elasticsearch\" %% \"elasticsearch-spark-30\" % \"8.15.0\", or the version of your server.",
);
const TRANSMOGRIFAI: (&str, &str) = (
    "TransmogrifAI has no version for Scala 2.12.",
    "Use the pipelines and the cross-validation of Spark's ml.",
);

/// Unavailable dependencies: part of the module name, the reason, and what to change.
pub(crate) const DEPENDENCIES: &[(&str, &str, &str)] = &[
    ("org.apache.mahout:", MAHOUT.0, MAHOUT.1),
    ("ai.h2o:", H2O.0, H2O.1),
    ("deeplearning4j", DL4J.0, DL4J.1),
    ("org.nd4j:", DL4J.0, DL4J.1),
    ("org.elasticsearch:elasticsearch-spark", ELASTICSEARCH.0, ELASTICSEARCH.1),
    ("transmogrifai", TRANSMOGRIFAI.0, TRANSMOGRIFAI.1),
];

/// The table. The first matching row is used.
pub(crate) const TABLE: &[Row] = &[
    Row {
        message: &[],
        source: &["LogisticRegressionWithSGD"],
        why: "Spark 3 has no LogisticRegressionWithSGD.",
        change: "Use org.apache.spark.mllib.classification.LogisticRegressionWithLBFGS, as in `new LogisticRegressionWithLBFGS().run(data)`.",
    },
    Row {
        message: &[],
        source: &["LinearRegressionWithSGD"],
        why: "Spark 3 has no LinearRegressionWithSGD that engines can make.",
        change: "Use org.apache.spark.ml.regression.LinearRegression.",
    },
    Row {
        message: &[],
        source: &["RidgeRegressionWithSGD"],
        why: "Spark 3 has no RidgeRegressionWithSGD that engines can make.",
        change: "Use org.apache.spark.ml.regression.LinearRegression with setElasticNetParam(0) and setRegParam.",
    },
    Row {
        message: &[],
        source: &["LassoWithSGD"],
        why: "Spark 3 has no LassoWithSGD that engines can make.",
        change: "Use org.apache.spark.ml.regression.LinearRegression with setElasticNetParam(1) and setRegParam.",
    },
    Row {
        message: &[],
        source: &["setRuns"],
        why: "Spark 3 has no runs for KMeans: it always makes one.",
        change: "Remove the call of setRuns.",
    },
    Row {
        message: &["overloaded method", "train"],
        source: &["KMeans"],
        why: "Spark 3 has no runs for KMeans: it always makes one.",
        change: "Call KMeans.train(data, k, maxIterations), without the number of runs.",
    },
    Row {
        message: &["toArray is not a member of", "RDD"],
        source: &[],
        why: "RDD.toArray was removed in Spark 2.",
        change: "Write collect() instead.",
    },
    Row { message: &[], source: &["mahout"], why: MAHOUT.0, change: MAHOUT.1 },
    Row {
        message: &[],
        source: &[
            "org.apache.spark.h2o",
            "import water",
            "hex.deeplearning",
            "not found: object hex",
            "not found: object water",
        ],
        why: H2O.0,
        change: H2O.1,
    },
    Row { message: &[], source: &["deeplearning4j", "nd4j"], why: DL4J.0, change: DL4J.1 },
    Row {
        message: &["Logging", "is not a member of package org.apache.spark"],
        source: &[],
        why: "Spark keeps its Logging to itself since version 2.",
        change: "Import grizzled.slf4j.Logging, or make a grizzled.slf4j.Logger.",
    },
    Row {
        message: &["Logging", "cannot be accessed"],
        source: &["org.apache.spark"],
        why: "Spark keeps its Logging to itself since version 2.",
        change: "Import grizzled.slf4j.Logging, or make a grizzled.slf4j.Logger.",
    },
    Row {
        message: &["SchemaRDD"],
        source: &[],
        why: "SchemaRDD has been called DataFrame since Spark 1.3.",
        change: "Write org.apache.spark.sql.DataFrame; where an RDD is needed, take its .rdd.",
    },
    Row {
        message: &["accumulator is not a member of org.apache.spark.SparkContext"],
        source: &[],
        why: "SparkContext.accumulator was removed in Spark 3.",
        change: "Use sc.longAccumulator, sc.doubleAccumulator or sc.collectionAccumulator.",
    },
    Row {
        message: &["Accumulator"],
        source: &["org.apache.spark.Accumulator", "AccumulatorParam"],
        why: "Spark's old accumulators were removed in Spark 3.",
        change: "Extend org.apache.spark.util.AccumulatorV2, or use sc.longAccumulator.",
    },
    Row {
        message: &["toBreeze"],
        source: &[],
        why: "Spark keeps the conversion of its vectors to breeze to itself since version 2.",
        change: "Write `breeze.linalg.DenseVector(vector.toArray)`.",
    },
    Row {
        message: &["not enough arguments for method"],
        source: &[".precision", ".recall", ".fMeasure"],
        why: "Spark 3 has no overall precision, recall or F-measure of MulticlassMetrics: all three were the accuracy.",
        change: "Write metrics.accuracy.",
    },
    Row {
        message: &["missing argument list for method"],
        source: &["precision", "recall", "fMeasure"],
        why: "Spark 3 has no overall precision, recall or F-measure of MulticlassMetrics: all three were the accuracy.",
        change: "Write metrics.accuracy.",
    },
    Row {
        message: &["mapPartitionsWithContext"],
        source: &[],
        why: "RDD.mapPartitionsWithContext was removed in Spark 2.",
        change: "Use mapPartitions and org.apache.spark.TaskContext.get().",
    },
    Row {
        message: &["HiveContext"],
        source: &[],
        why: "Spark 3 has no HiveContext.",
        change: "Use SparkSession.builder().getOrCreate().",
    },
    Row {
        message: &["type mismatch", "org.apache.spark.mllib.linalg", "org.apache.spark.ml.linalg"],
        source: &[],
        why: "Since Spark 2 the pipelines of ml have vectors of their own, in org.apache.spark.ml.linalg.",
        change: "Import org.apache.spark.ml.linalg, or convert with vector.asML.",
    },
    Row {
        message: &["Unable to find encoder for type"],
        source: &[],
        why: "Since Spark 2 a DataFrame is a Dataset, whose map needs an encoder.",
        change: "Write .rdd.map where an RDD is wanted.",
    },
    Row {
        message: &["jsonFile is not a member"],
        source: &[],
        why: "SQLContext.jsonFile was removed in Spark 2.",
        change: "Write sqlContext.read.json(path).",
    },
    Row {
        message: &["parquetFile is not a member"],
        source: &[],
        why: "SQLContext.parquetFile was removed in Spark 2.",
        change: "Write sqlContext.read.parquet(path).",
    },
    Row {
        message: &["needs to be abstract, since method train in class", "(sc: org.apache.spark.SparkContext"],
        source: &[],
        why: "Since PIO 0.9.2 an algorithm's train takes the SparkContext first.",
        change: "Write `def train(sc: SparkContext, data: PreparedData)` with the types of the engine.",
    },
    Row {
        message: &["CreateServer"],
        source: &[],
        why: "PIO's own server is no part of this runtime: `pio deploy` answers queries natively.",
        change: "Remove what starts it from the engine, and start the engine with `pio deploy`.",
    },
    Row {
        message: &["object Workflow is not a member of package org.apache.predictionio.controller"],
        source: &[],
        why: "PIO has had no controller.Workflow since 0.9.2.",
        change: "Remove the import; evaluate with an Evaluation and `pio eval`.",
    },
    Row {
        message: &["is not a member of package org.apache.predictionio"],
        source: &[],
        why: BEFORE,
        change: FOLLOW,
    },
    Row { message: &["is not a member of package io.prediction"], source: &[], why: BEFORE, change: FOLLOW },
    Row {
        message: &["object prediction is not a member of package io"],
        source: &[],
        why: BEFORE,
        change: FOLLOW,
    },
    Row {
        message: &["wrong number of type arguments for org.apache.predictionio"],
        source: &[],
        why: BEFORE,
        change: FOLLOW,
    },
    Row {
        message: &["wrong number of type arguments"],
        source: &["extends LJava", "extends PJava", "LJavaAlgorithm<", "PJavaAlgorithm<", "LJavaDataSource<"],
        why: BEFORE,
        change: FOLLOW,
    },
    Row {
        message: &["cannot find symbol"],
        source: &[
            "JavaParams",
            "IJavaEngineFactory",
            "JavaSimpleEngine",
            "JavaEngine",
            "JavaEvaluator",
            "JavaWorkflow",
            "WorkflowParamsBuilder",
            "PJavaEngine",
            "class EmptyAlgorithmParams",
            "class EmptyDataSourceParams",
            "class EmptyDataParams",
            "class EmptyParams",
        ],
        why: BEFORE,
        change: FOLLOW,
    },
    Row {
        message: &["UserDefinedFunction"],
        source: &[],
        why: "Spark 2 moved UserDefinedFunction.",
        change: "Import org.apache.spark.sql.expressions.UserDefinedFunction.",
    },
    Row {
        message: &["value weights is not a member of org.apache.spark.ml"],
        source: &[],
        why: "Spark 2 renamed the weights of ml's models.",
        change: "Write coefficients instead of weights.",
    },
    Row {
        message: &["type mismatch", "org.apache.predictionio.core.BasePreparator"],
        source: &["IdentityPreparator"],
        why: "Since PIO 0.9.2 a local data source gives its data to the preparator in an RDD.",
        change: "Write IdentityPreparator(classOf[DataSource]), with the name of your data source.",
    },
    Row {
        message: &["MeanAndVariance"],
        source: &[],
        why: "Spark 3 brings breeze 2, which moved MeanAndVariance.",
        change: "Import breeze.stats.meanAndVariance.MeanAndVariance.",
    },
    Row {
        message: &["RandBasis"],
        source: &[],
        why: "Spark 3 brings breeze 2, whose distributions ask for a source of randomness.",
        change: "Add `import breeze.stats.distributions.Rand.VariableSeed.randBasis`.",
    },
    Row {
        message: &["breeze."],
        source: &[],
        why: "Spark 3 brings breeze 2, some of whose operations take other types than those of breeze 0.",
        change: "Use Scala's own collections, such as scala.util.Random.shuffle(values.toSeq), or the form that breeze 2 has.",
    },
    Row {
        message: &["object http is not a member of package org.apache"],
        source: &[],
        why: "Spark has not brought Apache's HTTP client since version 3.",
        change: "Add it to libraryDependencies in build.sbt: \"org.apache.httpcomponents\" % \"httpclient\" % \"4.5.14\".",
    },
    Row {
        message: &["is not a member of package org.codehaus"],
        source: &["jackson"],
        why: "Spark has not brought Jackson 1 since version 3.",
        change: "Add it to libraryDependencies in build.sbt: \"org.codehaus.jackson\" % \"jackson-mapper-asl\" % \"1.9.13\".",
    },
    Row {
        message: &["object jblas is not a member of package org"],
        source: &[],
        why: "Spark has not brought jblas since version 2.",
        change: "Add it to libraryDependencies in build.sbt: \"org.jblas\" % \"jblas\" % \"1.2.5\".",
    },
    Row {
        message: &["object json is not a member of package scala.util.parsing"],
        source: &[],
        why: "Scala's own JSON parser is gone from the parser combinators that Spark 3 brings.",
        change: "Use json4s, as in `org.json4s.native.JsonMethods.parse(text)`.",
    },
    Row {
        message: &["not found: object akka"],
        source: &[],
        why: "Spark has not brought Akka since version 2.",
        change: "Add it to libraryDependencies in build.sbt: \"com.typesafe.akka\" %% \"akka-actor\" % \"2.6.21\".",
    },
    Row {
        message: &["not found: object spray"],
        source: &[],
        why: "PIO has not brought Spray since version 0.12.",
        change: "Use another HTTP client, such as java.net.http.HttpClient.",
    },
    Row {
        message: &["not found: object scalaj"],
        source: &[],
        why: "PIO does not bring scalaj-http.",
        change: "Add it to libraryDependencies in build.sbt: \"org.scalaj\" %% \"scalaj-http\" % \"2.4.2\".",
    },
];
