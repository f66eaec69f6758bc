package org.template.popular;

import org.apache.predictionio.controller.EngineParams;
import org.apache.predictionio.controller.Params;
import org.apache.predictionio.controller.EmptyParams;
import org.apache.predictionio.controller.java.JavaEngineParamsGenerator;

import java.util.Arrays;
import java.util.Collections;

/** Two ways to count viewing again. */
public class ParamsList extends JavaEngineParamsGenerator {

    public ParamsList() {
        this.setEngineParamsList(Arrays.asList(params(0.0), params(5.0)));
    }

    private static EngineParams params(double boost) {
        String named = System.getenv("PIO_EVENTSERVER_APP_NAME");
        String app = named == null ? "MyApp1" : named;
        return new EngineParams(
                "", new DataSourceParams(app),
                "", new EmptyParams(),
                Collections.<String, Params>singletonMap("popular", new AlgorithmParams(app, boost)),
                "", new EmptyParams());
    }
}
