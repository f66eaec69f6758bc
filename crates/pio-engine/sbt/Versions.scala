package piobuild

import java.net.URI

import scala.util.Try
import scala.xml.XML

import sbt._

/** The versions of a dependency that repositories hold. */
object Versions {

  private val TimeoutMillis = 10000

  /** The oldest released version that is at least as new as the one asked for. */
  def atLeast(module: ModuleID, repositories: Seq[String]): Option[String] = {
    val wanted = numbers(module.revision)
    val versions = repositories.toStream.map(published(module, _)).find(_.nonEmpty).getOrElse(Nil)
    versions.filter(isReleased).filter(version => order.gteq(numbers(version), wanted)).sortBy(numbers)(order).headOption
  }

  private def published(module: ModuleID, repository: String): Seq[String] = Try {
    val path = Seq(repository.stripSuffix("/"), module.organization.replace('.', '/'), module.name, "maven-metadata.xml").mkString("/")
    val connection = new URI(path).toURL.openConnection()
    connection.setConnectTimeout(TimeoutMillis)
    connection.setReadTimeout(TimeoutMillis)
    val input = connection.getInputStream
    try XML.load(input).\\("version").map(_.text.trim)
    finally input.close()
  }.getOrElse(Nil)

  private def isReleased(version: String): Boolean = version.forall(character => character.isDigit || character == '.')

  private def numbers(version: String): Seq[Int] =
    version.split("[^0-9]+").toSeq.filter(_.nonEmpty).map(number => Try(number.toInt).getOrElse(Int.MaxValue))

  private val order: Ordering[Seq[Int]] = Ordering.Implicits.seqDerivedOrdering[Seq, Int]
}
