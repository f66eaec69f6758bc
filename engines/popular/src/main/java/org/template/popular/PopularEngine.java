package org.template.popular;

import org.apache.predictionio.controller.EmptyParams;
import org.apache.predictionio.controller.Engine;
import org.apache.predictionio.controller.EngineFactory;
import org.apache.predictionio.core.BaseAlgorithm;
import org.apache.predictionio.core.BaseEngine;

import java.util.Collections;

/** The engine's parts. */
public class PopularEngine extends EngineFactory {

    @Override
    public BaseEngine<EmptyParams, Query, PredictedResult, String> apply() {
        return new Engine<>(
                DataSource.class,
                Preparator.class,
                Collections.<String, Class<? extends BaseAlgorithm<PreparedData, ?, Query, PredictedResult>>>singletonMap(
                        "popular", Algorithm.class),
                Serving.class);
    }
}
