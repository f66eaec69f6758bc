package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseQuerySerializer

/** Mixed into an algorithm which overrides `querySerializer` or `gsonTypeAdapterFactories`. */
trait CustomQuerySerializer extends BaseQuerySerializer
