//! What the console prints: PIO's lines and JSON on standard output, trouble on standard error.

use std::fmt::Display;
use std::io::{self, BufRead as _, Write as _};
use std::sync::{Mutex, PoisonError};

use pio_logging::{start, stderr};
use pio_process::stdout;
use serde_json::Value;

/// Why standard output could not be written, the first time. The work goes on, and the command fails at its end.
static FAILURE: Mutex<Option<io::Error>> = Mutex::new(None);

/// Where results and talk go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    /// Whether results are printed as JSON. Then the lines for people are left out, but for questions.
    pub(crate) json: bool,
}

/// A person's answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirmation {
    Yes,
    No,
    /// There is nobody to answer.
    None,
}

impl Console {
    /// A line as PIO printed it; `class` is the part of the console that speaks, which scripts know.
    pub(crate) fn info(self, class: &str, text: impl Display) {
        if start::is_json() && !self.json {
            tracing::info!(part = class, "{text}");
        } else {
            self.line(format_args!("[INFO] [{class}] {text}"));
        }
    }

    /// A line of what somebody is going to be asked about.
    pub(crate) fn question(self, class: &str, text: impl Display) {
        if self.json {
            to_stderr(format_args!("[INFO] [{class}] {text}"));
        } else {
            self.info(class, text);
        }
    }

    /// A line of a result.
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

    /// The result, where it was asked for as JSON.
    pub(crate) fn result(self, value: &Value) {
        if self.json {
            to_stdout(format_args!("{value:#}\n"));
        }
    }

    /// Asks for a YES, on a terminal or from whatever stands in for one.
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

/// Prints a text, all of it, on standard output.
fn to_stdout(text: impl Display) {
    if let Err(error) = stdout::print(&text.to_string()) {
        FAILURE.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// Why something that was printed has not arrived, if so.
pub(crate) fn failure() -> Option<io::Error> {
    FAILURE.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// A line about something that may be wrong.
pub(crate) fn warn(class: &str, text: impl Display) {
    if start::is_json() {
        tracing::warn!(part = class, "{text}");
    } else {
        to_stderr(format_args!("[WARN] [{class}] {text}"));
    }
}

/// A line of talk on standard error. A server does not wait for it to be read.
pub(crate) fn to_stderr(text: impl Display) {
    if start::has_started() {
        stderr::line(text);
    } else {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}
