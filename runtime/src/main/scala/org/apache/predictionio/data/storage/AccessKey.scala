package org.apache.predictionio.data.storage

/** Lets a client store and read events of an app.
  *
  * @param key    the secret; empty where the storage is to make one
  * @param appid  the app
  * @param events names of the events it may store; empty means all
  */
case class AccessKey(key: String, appid: Int, events: Seq[String])

/** The stored access keys. */
trait AccessKeys {

  /** Stores a key and returns it; `None` where it is taken. */
  def insert(k: AccessKey): Option[String]

  /** What is stored of a key. */
  def get(key: String): Option[AccessKey]

  /** All keys. */
  def getAll(): Seq[AccessKey]

  /** The keys of an app. */
  def getByAppid(appid: Int): Seq[AccessKey]

  /** Changes what is stored of a key. */
  def update(k: AccessKey): Unit

  /** Removes a key. */
  def delete(key: String): Unit
}
