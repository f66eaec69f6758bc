//! What can go wrong with a child process, in words for the user.

use std::io;
use std::process::ExitStatus;

use crate::output::Tail;

/// A child process could not be started, watched or ended, or did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program could not be started at all.
    #[error("could not start {name}: {source}{hint}")]
    Start {
        /// What the user knows the program as.
        name: String,
        /// Why the operating system refused.
        source: io::Error,
        /// What to do about it, on a line of its own, or nothing.
        hint: Hint,
    },
    /// The program ran and did not end with exit code 0.
    #[error("{name} {}{tail}", ending(*status))]
    Failed {
        /// What the user knows the program as.
        name: String,
        /// How the program ended.
        status: ExitStatus,
        /// The last lines of what it printed, where that was captured.
        tail: Tail,
    },
    /// The operating system could not wait for the program or signal it.
    #[error("could not {action} {name}: {source}")]
    Watch {
        /// What was tried, as a verb.
        action: &'static str,
        /// What the user knows the program as.
        name: String,
        /// Why the operating system refused.
        source: io::Error,
    },
}

/// What to do when a program cannot be started; prints as a line of its own, or as nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hint(pub Option<String>);

impl std::fmt::Display for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Some(hint) => write!(f, "\n{hint}"),
            None => Ok(()),
        }
    }
}

/// How a program ended, as the end of a sentence: "ended with exit code 2".
fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(9)) => "was killed by signal 9 (often the system running out of memory)".to_owned(),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended in an unknown way".to_owned(),
    }
}
