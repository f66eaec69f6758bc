//! What may be asked of a build.

/// The options of `pio build`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// More words for sbt (`--sbt-extra`): `-D…`, `-X…` and `-J-X…` for its Java, others are commands that run first.
    pub sbt_extra: Vec<String>,
    /// Throw away what was built before (`--clean`).
    pub clean: bool,
    /// One jar that holds the engine and its dependencies (`--uber-jar`).
    pub uber_jar: bool,
}
