//! Build options.

/// The options of `pio build`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Additional arguments for sbt (`--sbt-extra`). `-D…`, `-X…` and `-J-X…` go to its JVM; others are
    /// commands that run first.
    pub sbt_extra: Vec<String>,
    /// Delete the previous build first (`--clean`).
    pub clean: bool,
    /// Build one jar with the engine and its dependencies (`--uber-jar`).
    pub uber_jar: bool,
}
