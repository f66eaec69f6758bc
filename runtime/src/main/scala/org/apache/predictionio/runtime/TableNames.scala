package org.apache.predictionio.runtime

/** How the names of the tables begin; PIO's configuration calls it the NAME of a repository.
  *
  * @param metadata  of apps, access keys, channels and instances
  * @param eventdata of events
  * @param modeldata of models
  */
case class TableNames(
  metadata: String = "pio_meta",
  eventdata: String = "pio_event",
  modeldata: String = "pio_model"
)
