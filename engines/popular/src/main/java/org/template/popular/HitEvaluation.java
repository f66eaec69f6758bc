package org.template.popular;

import org.apache.predictionio.controller.java.JavaEvaluation;

/** Compares parameters by the part of views whose item was recommended. */
public class HitEvaluation extends JavaEvaluation {

    public HitEvaluation() {
        this.setEngineMetric(new PopularEngine().apply(), new HitRate());
    }
}
