//! Sets up what is logged, and how.

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;

use pio_settings::{env, vars};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::{filter, stderr};

/// What a program is, which decides how it logs where `PIO_LOG_FORMAT` does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// A server or a process of a platform: lines for people on a terminal, JSON otherwise.
    Server,
    /// A command that somebody waits for: it talks to people, also through a pipe.
    Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

static FORMAT: OnceLock<Format> = OnceLock::new();

/// Starts to log; `verbose` shows more where `PIO_LOG` does not say what. A command that talks to people logs nothing.
pub fn start(program: Program, verbose: bool) {
    let mut complaints = Vec::new();
    let format = format(program, &mut complaints);
    if (program, format) == (Program::Command, Format::Text) {
        for complaint in complaints {
            stderr::line(format_args!("Warning: {complaint}"));
        }
        return;
    }
    let text = env::get(vars::PIO_LOG);
    let filter = filter::read(text.as_deref(), if verbose { "debug" } else { "info" }, &mut complaints);
    let lines = fmt::layer().with_writer(|| Lines).log_internal_errors(false);
    let registry = tracing_subscriber::registry().with(filter).with(filter::cap());
    let started = match format {
        Format::Json => registry.with(lines.json().flatten_event(true)).try_init(),
        Format::Text => {
            let ansi = io::stderr().is_terminal() && env::get(vars::NO_COLOR).is_none();
            registry.with(lines.with_target(false).with_ansi(ansi)).try_init()
        }
    };
    if started.is_ok() {
        // Nobody else sets it: only one can start.
        let _ = FORMAT.set(format);
        for complaint in complaints {
            tracing::warn!("{complaint}");
        }
    }
}

/// Whether this program logs.
#[must_use]
pub fn has_started() -> bool {
    FORMAT.get().is_some()
}

/// Whether everything that this program says is to be JSON.
#[must_use]
pub fn is_json() -> bool {
    FORMAT.get() == Some(&Format::Json)
}

/// Whether stack traces of engines are logged, and not only written into files, which end with their container.
#[must_use]
pub fn logs_stack_traces() -> bool {
    match env::get(vars::PIO_LOG_TRACES).as_deref().map(str::trim) {
        Some("stderr") => true,
        Some("file") => false,
        _ => env::get(vars::DYNO).is_some(),
    }
}

fn format(program: Program, complaints: &mut Vec<String>) -> Format {
    let default = match program {
        Program::Server if !io::stderr().is_terminal() => Format::Json,
        Program::Server | Program::Command => Format::Text,
    };
    let traces = env::get(vars::PIO_LOG_TRACES);
    if let Some(other) = traces.filter(|value| !["stderr", "file"].contains(&value.trim())) {
        complaints
            .push(format!("PIO_LOG_TRACES is \"{other}\", and not \"stderr\" or \"file\". It is ignored."));
    }
    match env::get(vars::PIO_LOG_FORMAT).as_deref().map(str::trim) {
        None => default,
        Some("json") => Format::Json,
        Some("text") => Format::Text,
        Some(other) => {
            complaints
                .push(format!("PIO_LOG_FORMAT is \"{other}\", and not \"json\" or \"text\". It is ignored."));
            default
        }
    }
}

/// Takes each line that `tracing` formats.
struct Lines;

impl io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        stderr::print(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
