package org.apache.predictionio.controller

import org.apache.predictionio.workflow.KryoInstantiator

import org.json4s.{DefaultFormats, Formats}
import org.json4s.ext.JodaTimeSerializers

import _root_.java.nio.file.{Files, Path, Paths}

/** Small helpers for engines. */
object Utils {

  /** The formats of queries, predictions and parameters: numbers without loss, Joda's dates and times as ISO 8601. */
  @transient lazy val json4sDefaultFormats: Formats = DefaultFormats.lossless ++ JodaTimeSerializers.all

  /** Stores an object as a file of this machine, in `$PIO_FS_BASEDIR/pio_models`, so that [[load]] finds it by `id`. */
  def save(id: String, model: Any): Unit = {
    val file = pathOf(id)
    Files.createDirectories(file.getParent)
    val _ = Files.write(file, KryoInstantiator.toBytes(model))
  }

  /** Loads what [[save]] has stored.
    *
    * @throws java.nio.file.NoSuchFileException where nothing was stored with this id on this machine
    */
  def load(id: String): Any = KryoInstantiator.fromBytes(Files.readAllBytes(pathOf(id)))

  private def pathOf(id: String): Path =
    Paths.get(sys.env.getOrElse("PIO_FS_BASEDIR", System.getProperty("java.io.tmpdir")), "pio_models", id)
}
