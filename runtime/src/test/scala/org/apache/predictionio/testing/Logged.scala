package org.apache.predictionio.testing

import org.apache.logging.log4j.LogManager
import org.apache.logging.log4j.core.appender.AbstractAppender
import org.apache.logging.log4j.core.config.Property
import org.apache.logging.log4j.core.{LogEvent, Logger}

import java.util.concurrent.ConcurrentLinkedQueue

import scala.jdk.CollectionConverters._

/** Listens to a log while something runs. */
object Logged {

  /** The lines of a log that were written while the action ran, each after its level. */
  def lines(log: String)(action: => Unit): Seq[String] = {
    val lines = new ConcurrentLinkedQueue[String]
    val appender = new AbstractAppender("listener", null, null, true, Property.EMPTY_ARRAY) {
      override def append(event: LogEvent): Unit = {
        val _ = lines.add(s"${event.getLevel} ${event.getMessage.getFormattedMessage}")
      }
    }
    val logger = LogManager.getLogger(log).asInstanceOf[Logger]
    appender.start()
    logger.addAppender(appender)
    try action
    finally logger.removeAppender(appender)
    lines.asScala.toSeq
  }
}
