addSbtPlugin("io.prediction" % "pio-build" % "0.9.0")
