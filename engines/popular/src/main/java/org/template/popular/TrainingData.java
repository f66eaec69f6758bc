package org.template.popular;

import org.apache.predictionio.controller.SanityCheck;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;

import java.io.Serializable;

/** Views, and titles by item. */
public class TrainingData implements Serializable, SanityCheck {
    private final JavaRDD<View> views;
    private final JavaPairRDD<String, String> titles;

    public TrainingData(JavaRDD<View> views, JavaPairRDD<String, String> titles) {
        this.views = views;
        this.titles = titles;
    }

    public JavaRDD<View> getViews() {
        return views;
    }

    public JavaPairRDD<String, String> getTitles() {
        return titles;
    }

    @Override
    public void sanityCheck() {
        if (views.isEmpty()) {
            throw new IllegalStateException("The training data are empty: there are no view events.");
        }
    }
}
