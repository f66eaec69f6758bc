package org.apache.predictionio.data.storage

/** Keeps some of an app's events apart from the others.
  *
  * @param id    number, 0 where the storage is to give one
  * @param name  unique within the app: 1 to 16 letters, digits and hyphens
  * @param appid the app
  */
case class Channel(id: Int, name: String, appid: Int) {
  require(Channel.isValidName(name), s"Invalid channel name: $name. ${Channel.nameConstraint}")
}

/** The rule that names of channels keep. */
object Channel {

  /** The rule in words. */
  val nameConstraint: String = "Only alphanumeric and - characters are allowed and max length is 16."

  /** True where a name keeps the rule. */
  def isValidName(s: String): Boolean = s.matches("^[a-zA-Z0-9-]{1,16}$")
}

/** The stored channels. */
trait Channels {

  /** Stores a channel and returns its number; `None` where the number is taken. */
  def insert(channel: Channel): Option[Int]

  /** The channel with this number. */
  def get(id: Int): Option[Channel]

  /** The channels of an app. */
  def getByAppid(appid: Int): Seq[Channel]

  /** Removes a channel, but not its events. */
  def delete(id: Int): Unit
}
