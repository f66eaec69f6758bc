package org.apache.predictionio.data.storage

import org.joda.time.DateTime
import org.json4s.JValue

/** The properties of an entity as its `$set`, `$unset` and `$delete` events leave them.
  *
  * @param firstUpdated when the first of these events happened
  * @param lastUpdated  when the last of these events happened
  */
class PropertyMap(
  propertyFields: Map[String, JValue],
  val firstUpdated: DateTime,
  val lastUpdated: DateTime
) extends DataMap(propertyFields) {

  override def toString: String = s"PropertyMap($fields, $firstUpdated, $lastUpdated)"

  override def hashCode: Int = 41 * (41 * (41 + fields.hashCode) + firstUpdated.hashCode) + lastUpdated.hashCode

  override def equals(other: Any): Boolean = other match {
    case that: PropertyMap =>
      that.canEqual(this) && super.equals(that) && firstUpdated == that.firstUpdated && lastUpdated == that.lastUpdated
    case that: DataMap => super.equals(that)
    case _ => false
  }

  override def canEqual(other: Any): Boolean = other.isInstanceOf[PropertyMap]
}

/** Makes property maps. */
object PropertyMap {

  /** Of properties by name and the two times. */
  def apply(fields: Map[String, JValue], firstUpdated: DateTime, lastUpdated: DateTime): PropertyMap =
    new PropertyMap(fields, firstUpdated, lastUpdated)

  /** Of a JSON object given as text and the two times. */
  def apply(js: String, firstUpdated: DateTime, lastUpdated: DateTime): PropertyMap =
    apply(DataMap(js).fields, firstUpdated, lastUpdated)
}
