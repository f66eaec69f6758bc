//! The console's output: PIO's lines and JSON on standard output, problems on standard error.

use std::fmt::Display;
use std::io::{self, BufRead as _, Write as _};
use std::sync::{Mutex, PoisonError};

use pio_logging::{start, stderr};
use pio_process::stdout;
use serde_json::Value;

/// The first error when writing to standard output. The command continues and fails at its end.
static FAILURE: Mutex<Option<io::Error>> = Mutex::new(None);

/// The destination of results and messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    /// Whether results are printed as JSON. Messages for people are then left out, except questions.
    pub(crate) json: bool,
}

/// A person's answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmation {
    Yes,
    No,
    /// Nobody can answer.
    None,
}

impl Console {
    /// Prints a line as PIO did. `class` is the class name in front of it, which scripts may match.
    pub(crate) fn info(self, class: &str, text: impl Display) {
        if start::is_json() && !self.json {
            tracing::info!(part = class, "{text}");
        } else {
            self.line(format_args!("[INFO] [{class}] {text}"));
        }
    }

    /// Prints a line that explains a question.
    pub(crate) fn question(self, class: &str, text: impl Display) {
        if self.json {
            to_stderr(format_args!("[INFO] [{class}] {text}"));
        } else {
            self.info(class, text);
        }
    }

    pub(crate) fn line(self, text: impl Display) {
        if self.json {
            return;
        }
        if start::is_json() {
            tracing::info!("{text}");
        } else {
            to_stdout(format_args!("{text}\n"));
        }
    }

    /// Prints the result if JSON output is on.
    pub(crate) fn result(self, value: &Value) {
        if self.json {
            to_stdout(format_args!("{value:#}\n"));
        }
    }

    /// Asks for a YES, on a terminal or from redirected input.
    pub(crate) fn confirm(self) -> Confirmation {
        let prompt = "Enter 'YES' to proceed: ";
        if self.json {
            let _ = write!(io::stderr().lock(), "{prompt}");
        } else {
            to_stdout(prompt);
        }
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(read) if read > 0 && line.trim_end() == "YES" => Confirmation::Yes,
            Ok(read) if read > 0 => Confirmation::No,
            _ => Confirmation::None,
        }
    }
}

/// Prints the whole text on standard output.
fn to_stdout(text: impl Display) {
    if let Err(error) = stdout::print(&text.to_string()) {
        FAILURE.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// Takes the error if some output could not be written.
pub(crate) fn failure() -> Option<io::Error> {
    FAILURE.lock().unwrap_or_else(PoisonError::into_inner).take()
}

pub(crate) fn warn(class: &str, text: impl Display) {
    if start::is_json() {
        tracing::warn!(part = class, "{text}");
    } else {
        to_stderr(format_args!("[WARN] [{class}] {text}"));
    }
}

/// Prints a line on standard error. A server does not wait until it is read.
pub(crate) fn to_stderr(text: impl Display) {
    if start::has_started() {
        stderr::line(text);
    } else {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}
