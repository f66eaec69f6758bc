package org.template.popular;

import org.apache.predictionio.controller.Params;

/** How much viewing again counts, and the app in which the user's views are looked up. */
public class AlgorithmParams implements Params {
    private final String appName;
    private final double boost;

    public AlgorithmParams(String appName, double boost) {
        this.appName = appName;
        this.boost = boost;
    }

    public String getAppName() {
        return appName;
    }

    public double getBoost() {
        return boost;
    }
}
