package org.template.popular;

import org.apache.predictionio.controller.EmptyParams;
import org.apache.predictionio.controller.java.PJavaDataSource;
import org.apache.predictionio.data.store.java.OptionHelper;
import org.apache.predictionio.data.store.java.PJavaEventStore;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import scala.Option;
import scala.Tuple2;
import scala.Tuple3;
import scala.collection.JavaConverters;
import scala.collection.Seq;

import java.util.Collections;
import java.util.List;

/** Reads views and titles. */
public class DataSource extends PJavaDataSource<TrainingData, EmptyParams, Query, String> {
    private final DataSourceParams params;

    public DataSource(DataSourceParams params) {
        this.params = params;
    }

    @Override
    public TrainingData readTraining(SparkContext sc) {
        return new TrainingData(views(sc), titles(sc));
    }

    /** Whether a user's item is recommended to somebody who has viewed nothing. */
    @Override
    public Seq<Tuple3<TrainingData, EmptyParams, RDD<Tuple2<Query, String>>>> readEval(SparkContext sc) {
        RDD<Tuple2<Query, String>> questions =
                views(sc).map(view -> new Tuple2<>(new Query("nobody", 2), view.getItem())).rdd();
        return JavaConverters.asScalaBufferConverter(Collections.singletonList(
                new Tuple3<>(readTraining(sc), new EmptyParams(), questions))).asScala().toSeq();
    }

    private JavaRDD<View> views(SparkContext sc) {
        Option<List<String>> viewed = OptionHelper.some(Collections.singletonList("view"));
        return PJavaEventStore.find(
                params.getAppName(),
                OptionHelper.<String>none(),
                OptionHelper.none(),
                OptionHelper.none(),
                OptionHelper.some("user"),
                OptionHelper.<String>none(),
                viewed,
                OptionHelper.<Option<String>>none(),
                OptionHelper.<Option<String>>none(),
                sc).map(event -> new View(event.entityId(), event.targetEntityId().get()));
    }

    private JavaPairRDD<String, String> titles(SparkContext sc) {
        Option<List<String>> required = OptionHelper.some(Collections.singletonList("title"));
        return PJavaEventStore.aggregateProperties(
                params.getAppName(),
                "item",
                OptionHelper.<String>none(),
                OptionHelper.none(),
                OptionHelper.none(),
                required,
                sc).mapToPair(item -> new Tuple2<>(item._1(), item._2().get("title", String.class)));
    }
}
