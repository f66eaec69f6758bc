package org.apache.predictionio.controller

import org.apache.predictionio.core.BaseQuerySerializer

/** Mixed into an algorithm which overrides `querySerializer` or `gsonTypeAdapterFactories`. */
trait CustomQuerySerializer extends BaseQuerySerializer

/** An older name of [[CustomQuerySerializer]]. */
@deprecated("Use CustomQuerySerializer instead.", "0.9.2")
trait WithQuerySerializer extends CustomQuerySerializer
