package piobuild

import sbt._
import sbtassembly.AssemblyOption
import sbtassembly.MergeStrategy

/** What sbt-assembly's options could do when they were a case class. */
trait AssemblyOptions {

  /** `copy`, as long as the options of assembly were a case class. */
  implicit class OldAssemblyOption(option: AssemblyOption) {
    def copy(
        includeBin: Boolean = option.includeBin,
        includeScala: Boolean = option.includeScala,
        includeDependency: Boolean = option.includeDependency,
        excludedJars: Def.Classpath = option.excludedJars,
        mergeStrategy: String => MergeStrategy = option.mergeStrategy,
        cacheOutput: Boolean = option.cacheOutput,
        cacheUnzip: Boolean = true,
        appendContentHash: Boolean = option.appendContentHash,
        prependShellScript: Option[Seq[String]] = option.prependShellScript,
        maxHashLength: Option[Int] = option.maxHashLength
    ): AssemblyOption =
      option
        .withIncludeBin(includeBin)
        .withIncludeScala(includeScala)
        .withIncludeDependency(includeDependency)
        .withExcludedJars(excludedJars)
        .withMergeStrategy(mergeStrategy)
        .withCacheOutput(cacheOutput)
        .withAppendContentHash(appendContentHash)
        .withPrependShellScript(prependShellScript)
        .withMaxHashLength(maxHashLength)
  }
}
