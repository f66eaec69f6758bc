package piobuild

/** Options of javac that suit the JDK at hand and the Java of the runtime. */
object JavacOptions {

  private val OldestSource = 8

  /** Without versions of Java that today's javac refuses, nor newer ones than the runtime can load. */
  def forRuntime(options: Seq[String]): Seq[String] = {
    val kept = withoutOld(options.toList)
    val choosesVersion = kept.exists(Set("-source", "-target", "--release", "--source", "--target"))
    if (choosesVersion || Config.javaVersion <= Config.runtimeJava) kept
    else kept ++ Seq("--release", Config.runtimeJava.toString)
  }

  private def withoutOld(options: List[String]): List[String] = options match {
    case ("-source" | "-target" | "--release" | "--source" | "--target") :: version :: rest if isUnfit(version) => withoutOld(rest)
    case ("-Werror" | "-Xlint:all,-Werror") :: rest                                                         => withoutOld(rest)
    case option :: rest                                                                                       => option :: withoutOld(rest)
    case Nil                                                                                                  => Nil
  }

  private def isUnfit(version: String): Boolean =
    version.stripPrefix("1.").takeWhile(_.isDigit) match {
      case ""     => false
      case number => number.toInt < OldestSource || number.toInt > Config.runtimeJava
    }
}
