package piobuild

import sbt._

/** The key that the plugin pio-build brought: imported into build files that use it and do not define it themselves. */
object PioVersion {
  lazy val pioVersion = settingKey[String]("The version of PredictionIO")
}
