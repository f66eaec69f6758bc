package org.template.popular;

import org.apache.predictionio.controller.java.PJavaPreparator;
import org.apache.spark.SparkContext;
import scala.Tuple2;

/** Counts views. */
public class Preparator extends PJavaPreparator<TrainingData, PreparedData> {

    @Override
    public PreparedData prepare(SparkContext sc, TrainingData data) {
        return new PreparedData(
                data.getViews()
                        .mapToPair(view -> new Tuple2<>(new Tuple2<>(view.getUser(), view.getItem()), 1L))
                        .reduceByKey(Long::sum)
                        .mapToPair(pair -> new Tuple2<>(new View(pair._1()._1(), pair._1()._2()), pair._2())),
                data.getTitles());
    }
}
