//! Events reported to the user during builds and jobs.

use pio_link::messages::Progress;

/// An event to report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildEvent {
    /// A step begins.
    Step(String),
    /// Information.
    Info(String),
    /// A possible problem.
    Warning(String),
    /// A line printed by a tool; shown only in verbose mode.
    Output(String),
    /// The progress of a job.
    Progress(Progress),
    /// A stack trace or part of one, where traces go to the log.
    Trace(String),
    /// A line printed by the engine.
    Printed {
        /// Whether it was printed on standard error.
        error: bool,
        /// The line.
        line: String,
    },
}

/// Receives build events. It may be called from other threads, because tool output is read there.
pub type Listener = std::sync::Arc<dyn Fn(BuildEvent) + Send + Sync>;
