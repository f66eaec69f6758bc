package org.template.popular;

import org.apache.predictionio.controller.java.P2LJavaAlgorithm;
import org.apache.predictionio.data.storage.Event;
import org.apache.predictionio.data.store.java.LJavaEventStore;
import org.apache.predictionio.data.store.java.OptionHelper;
import org.apache.spark.SparkContext;
import org.joda.time.DateTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.Tuple2;
import scala.concurrent.duration.Duration;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Ranks items by the number of their views. */
public class Algorithm extends P2LJavaAlgorithm<PreparedData, Model, Query, PredictedResult> {
    private static final Logger LOGGER = LoggerFactory.getLogger(Algorithm.class);
    private final AlgorithmParams params;

    public Algorithm(AlgorithmParams params) {
        this.params = params;
    }

    @Override
    public Model train(SparkContext sc, PreparedData data) {
        double boost = params.getBoost();
        Map<String, Double> scores = data.getCounts()
                .mapToPair(pair -> new Tuple2<>(pair._1().getItem(), 1.0 + boost * (pair._2() - 1)))
                .reduceByKey(Double::sum)
                .collectAsMap();
        Map<String, String> titles = data.getTitles().collectAsMap();
        LOGGER.info("{} items have views.", scores.size());
        return new Model(scores.entrySet().stream()
                .map(entry -> new ItemScore(entry.getKey(), titles.get(entry.getKey()), entry.getValue()))
                .sorted(Comparator.comparing(ItemScore::getScore).reversed().thenComparing(ItemScore::getItem))
                .collect(Collectors.toList()));
    }

    @Override
    public PredictedResult predict(Model model, Query query) {
        Set<String> viewed = viewedBy(query.getUser());
        return new PredictedResult(model.getItems().stream()
                .filter(item -> !viewed.contains(item.getItem()))
                .limit(query.getNum())
                .collect(Collectors.toList()));
    }

    private Set<String> viewedBy(String user) {
        Option<List<String>> views = OptionHelper.some(Collections.singletonList("view"));
        List<Event> events = LJavaEventStore.findByEntity(
                params.getAppName(),
                "user",
                user,
                OptionHelper.<String>none(),
                views,
                OptionHelper.some(OptionHelper.some("item")),
                OptionHelper.<Option<String>>none(),
                OptionHelper.<DateTime>none(),
                OptionHelper.<DateTime>none(),
                OptionHelper.<Integer>none(),
                true,
                Duration.apply(5, TimeUnit.SECONDS));
        return events.stream().map(event -> event.targetEntityId().get()).collect(Collectors.toSet());
    }
}
