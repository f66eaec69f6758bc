package org.apache.predictionio.data.storage.jdbc

/** Names and values in one column, as "name=value,name=value". */
private[jdbc] object Pairs {

  /** The column's text. */
  def write(pairs: Map[String, String]): String =
    pairs.toSeq.sorted.map { case (name, value) => s"$name=$value" }.mkString(",")

  /** The pairs of a column's text; a piece without "=" belongs to the value before it. */
  def read(text: String): Map[String, String] =
    if (text == null) Map.empty
    else
      text
        .split(",(?=[^,=]+=)")
        .filter(_.contains("="))
        .map { pair =>
          val at = pair.indexOf('=')
          pair.substring(0, at) -> pair.substring(at + 1)
        }
        .toMap
}
