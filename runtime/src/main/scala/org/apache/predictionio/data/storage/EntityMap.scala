package org.apache.predictionio.data.storage

/** Numbers the ids of entities.
  *
  * @param idToIx each id's number
  */
class EntityIdIxMap(val idToIx: BiMap[String, Long]) extends Serializable {

  /** The number's id. */
  val ixToId: BiMap[Long, String] = idToIx.inverse

  /** The number of an id. */
  def apply(id: String): Long = idToIx(id)

  /** The id of a number. */
  def apply(ix: Long): String = ixToId(ix)

  /** True where the id has a number. */
  def contains(id: String): Boolean = idToIx.contains(id)

  /** True where the number has an id. */
  def contains(ix: Long): Boolean = ixToId.contains(ix)

  /** The number of an id, if it has one. */
  def get(id: String): Option[Long] = idToIx.get(id)

  /** The id of a number, if it has one. */
  def get(ix: Long): Option[String] = ixToId.get(ix)

  /** The number of an id, or a default. */
  def getOrElse(id: String, default: => Long): Long = idToIx.getOrElse(id, default)

  /** The id of a number, or a default. */
  def getOrElse(ix: Long, default: => String): String = ixToId.getOrElse(ix, default)

  /** A plain map. */
  def toMap: Map[String, Long] = idToIx.toMap

  /** How many ids there are. */
  def size: Long = idToIx.size.toLong

  /** The first `n` ids. */
  def take(n: Int): EntityIdIxMap = new EntityIdIxMap(idToIx.take(n))

  override def toString: String = idToIx.toString
}

/** Makes numberings. */
object EntityIdIxMap {

  /** Numbers the distinct strings. */
  def apply(keys: org.apache.spark.rdd.RDD[String]): EntityIdIxMap = new EntityIdIxMap(BiMap.stringLong(keys))
}

/** Entities by id, each with a number.
  *
  * @param idToData each id's entity
  * @tparam A the entities
  */
class EntityMap[A](val idToData: Map[String, A], numbers: BiMap[String, Long])
    extends EntityIdIxMap(numbers) {

  /** Numbers the ids. */
  def this(idToData: Map[String, A]) = this(idToData, BiMap.stringLong(idToData.keySet))

  /** The entity of an id. */
  def data(id: String): A = idToData(id)

  /** The entity of a number. */
  def data(ix: Long): A = idToData(ixToId(ix))

  /** The entity of an id, if there is one. */
  def getData(id: String): Option[A] = idToData.get(id)

  /** The entity of a number, if there is one. */
  def getData(ix: Long): Option[A] = ixToId.get(ix).flatMap(idToData.get)

  /** The entity of an id, or a default. */
  def getOrElseData(id: String, default: => A): A = getData(id).getOrElse(default)

  /** The entity of a number, or a default. */
  def getOrElseData(ix: Long, default: => A): A = getData(ix).getOrElse(default)

  override def take(n: Int): EntityMap[A] = {
    val kept = idToIx.take(n)
    new EntityMap(idToData.filterKeys(kept.contains).map(identity), kept)
  }

  override def toString: String = s"idToData: $idToData idToix: $idToIx"
}
