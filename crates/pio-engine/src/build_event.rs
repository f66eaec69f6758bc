//! What is said to the user while something goes on.

use pio_link::messages::Progress;

/// Something to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildEvent {
    /// What is being done now.
    Step(String),
    /// Something good to know.
    Info(String),
    /// Something that may be wrong.
    Warning(String),
    /// A line that a tool printed; only for those who want details.
    Output(String),
    /// How far a job is.
    Progress(Progress),
    /// A stack trace, or a part of one, where it is to be logged.
    Trace(String),
    /// A line that an engine printed.
    Printed {
        /// Whether on the standard error.
        error: bool,
        /// The line.
        line: String,
    },
}

/// Who hears it. Lines of tools come from other threads.
pub type Listener = std::sync::Arc<dyn Fn(BuildEvent) + Send + Sync>;
