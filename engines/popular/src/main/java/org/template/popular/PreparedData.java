package org.template.popular;

import org.apache.spark.api.java.JavaPairRDD;

import java.io.Serializable;

/** How often each user viewed each item, and titles by item. */
public class PreparedData implements Serializable {
    private final JavaPairRDD<View, Long> counts;
    private final JavaPairRDD<String, String> titles;

    public PreparedData(JavaPairRDD<View, Long> counts, JavaPairRDD<String, String> titles) {
        this.counts = counts;
        this.titles = titles;
    }

    public JavaPairRDD<View, Long> getCounts() {
        return counts;
    }

    public JavaPairRDD<String, String> getTitles() {
        return titles;
    }
}
