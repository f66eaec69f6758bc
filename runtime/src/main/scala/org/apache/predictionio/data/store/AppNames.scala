package org.apache.predictionio.data.store

import org.apache.predictionio.data.storage.Storage
import org.apache.predictionio.runtime.Errors

import _root_.java.util.concurrent.ConcurrentHashMap

/** Finds the numbers of apps and channels by their names. What was found is kept for a minute: an app that is deleted and
  * made anew has another number.
  */
private[store] object AppNames {
  private case class Found(appId: Int, channelId: Option[Int], at: Long)

  private val KeptNanos = 60L * 1000 * 1000 * 1000
  private val found = new ConcurrentHashMap[(String, Option[String]), Found]

  /** The numbers of an app and one of its channels, or an error that says which of them is not there. */
  def ids(appName: String, channelName: Option[String]): (Int, Option[Int]) = {
    val key = (appName, channelName)
    val known = Option(found.get(key)).filter(System.nanoTime() - _.at < KeptNanos)
    val Found(appId, channelId, _) = known.getOrElse {
      val fresh = lookUp(appName, channelName)
      found.put(key, fresh)
      fresh
    }
    (appId, channelId)
  }

  /** The name's number, always asked anew. */
  def freshIds(appName: String, channelName: Option[String]): (Int, Option[Int]) = {
    found.remove((appName, channelName))
    ids(appName, channelName)
  }

  private def lookUp(appName: String, channelName: Option[String]): Found = {
    if (appName == null) throw Errors.noAppName
    val app = Storage.getMetaDataApps().getByName(appName).getOrElse(throw Errors.noApp(appName))
    val channelId = channelName.map { name =>
      val channels = Storage.getMetaDataChannels().getByAppid(app.id)
      channels.find(_.name == name).map(_.id).getOrElse(throw Errors.noChannel(appName, name))
    }
    Found(app.id, channelId, System.nanoTime())
  }
}
