package org.template.popular;

import org.apache.predictionio.controller.java.LJavaServing;
import scala.collection.Seq;

/** Answers with the first prediction. */
public class Serving extends LJavaServing<Query, PredictedResult> {

    @Override
    public PredictedResult serve(Query query, Seq<PredictedResult> predictions) {
        return predictions.head();
    }
}
