package org.template.means

/** Means of items, and the mean of all for items that nobody rated. */
case class Means(all: Double, byItem: Map[String, Double]) {
  def of(item: String): Double = byItem.getOrElse(item, all)
}

object Means {

  /** @param pull how many ratings equal to the mean of all each item is given besides its own */
  def of(ratings: Seq[Rating], pull: Double): Means = {
    val all = ratings.map(_.rating).sum / ratings.size
    val byItem = ratings.groupBy(_.item).map { case (item, own) =>
      item -> (own.map(_.rating).sum + pull * all) / (own.size + pull)
    }
    Means(all, byItem)
  }
}
