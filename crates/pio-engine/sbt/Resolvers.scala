package piobuild

import sbt._

/** Repositories that an engine's build names. */
object Resolvers {

  /** The same repository over an encrypted connection: sbt refuses others. */
  def secure(resolver: Resolver): Resolver = resolver match {
    case maven: MavenRepository if maven.root.startsWith("http://") =>
      MavenRepository(maven.name, "https://" + maven.root.stripPrefix("http://"))
    case other => other
  }
}
