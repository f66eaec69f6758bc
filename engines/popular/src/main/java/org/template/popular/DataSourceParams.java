package org.template.popular;

import org.apache.predictionio.controller.Params;

/** The app whose events are read. */
public class DataSourceParams implements Params {
    private final String appName;

    public DataSourceParams(String appName) {
        this.appName = appName;
    }

    public String getAppName() {
        return appName;
    }
}
