package org.apache.predictionio.data.storage

/** Keeps the events of one application apart from those of others.
  *
  * @param id          number, 0 where the storage is to give one
  * @param name        unique name; engines say it in engine.json
  * @param description for people
  */
case class App(id: Int, name: String, description: Option[String])

/** The stored apps. */
trait Apps {

  /** Stores an app and returns its number; `None` where the name or the number is taken. */
  def insert(app: App): Option[Int]

  /** The app with this number. */
  def get(id: Int): Option[App]

  /** The app with this name. */
  def getByName(name: String): Option[App]

  /** All apps. */
  def getAll(): Seq[App]

  /** Changes the app with this number. */
  def update(app: App): Unit

  /** Removes an app, but not its events. */
  def delete(id: Int): Unit
}
