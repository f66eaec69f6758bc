package org.apache.predictionio.core

import org.apache.predictionio.controller.Utils

import com.google.gson.TypeAdapterFactory
import org.json4s.Formats

/** How queries are read from JSON and predictions written to it. Of several algorithms the first one decides. */
trait BaseQuerySerializer {

  /** Formats for classes written in Scala. */
  @transient lazy val querySerializer: Formats = Utils.json4sDefaultFormats

  /** Adapters for classes written in Java. */
  @transient lazy val gsonTypeAdapterFactories: Seq[TypeAdapterFactory] = Seq.empty
}
