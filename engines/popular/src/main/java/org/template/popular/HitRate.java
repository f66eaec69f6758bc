package org.template.popular;

import org.apache.predictionio.controller.EmptyParams;
import org.apache.predictionio.controller.Metric;
import org.apache.predictionio.controller.java.SerializableComparator;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import scala.Tuple2;
import scala.Tuple3;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/** The part of views whose item was recommended. */
public class HitRate extends Metric<EmptyParams, Query, PredictedResult, String, Double> {

    private static class Ascending implements SerializableComparator<Double> {
        @Override
        public int compare(Double one, Double other) {
            return one.compareTo(other);
        }
    }

    public HitRate() {
        super(new Ascending());
    }

    @Override
    public String header() {
        return "Hit rate";
    }

    @Override
    public Double calculate(
            SparkContext sc, Seq<Tuple2<EmptyParams, RDD<Tuple3<Query, PredictedResult, String>>>> sets) {
        long all = 0;
        long hits = 0;
        for (Tuple2<EmptyParams, RDD<Tuple3<Query, PredictedResult, String>>> set :
                JavaConverters.seqAsJavaListConverter(sets).asJava()) {
            JavaRDD<Tuple3<Query, PredictedResult, String>> answers = set._2().toJavaRDD();
            all += answers.count();
            hits += answers.filter(answer -> answer._2().getItemScores().stream()
                    .anyMatch(item -> item.getItem().equals(answer._3()))).count();
        }
        return all == 0 ? 0 : (double) hits / all;
    }
}
