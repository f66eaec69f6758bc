//! What a JVM prints, as lines of our own log.

use std::mem::take;

use tracing::Level;

use crate::filter::ENGINE;
use crate::{start, stderr};

/// How long a part of a stack trace is at most, in bytes: Heroku's log cuts lines at 10,000.
const PART: usize = 8_000;

/// Logs what one JVM prints.
#[derive(Debug)]
pub struct Relay {
    /// The level of the last line that named one: lines below it belong to it.
    level: Level,
}

impl Default for Relay {
    fn default() -> Self {
        Self { level: Level::INFO }
    }
}

impl Relay {
    /// Logs a line that the JVM printed, on its standard error or not.
    pub fn line(&mut self, error: bool, line: &str) {
        match Record::parse(line) {
            Some(Record { level, logger, message }) => {
                self.level = level;
                log(level, Some(logger), message);
            }
            None if line.trim().is_empty() => {}
            None => log(if error { self.level } else { Level::INFO }, None, line),
        }
    }
}

/// Logs a stack trace, marked so that it can be found: by the field `stack_trace` in JSON, by `[TRACE]` in lines for people.
pub fn stack_trace(text: &str) {
    if !start::is_json() {
        text.lines().for_each(|line| stderr::line(format_args!("[TRACE] {line}")));
        return;
    }
    let parts = parts(text);
    let of = parts.len();
    for (index, stack_trace) in parts.into_iter().enumerate() {
        tracing::error!(target: ENGINE, stack_trace, part = index + 1, of, "a stack trace");
    }
}

/// A line of log4j, as `conf/log4j2.properties` of the closure has it printed: `12:34:56.789 WARN  Executor - words`.
#[derive(Debug, PartialEq)]
struct Record<'a> {
    level: Level,
    logger: &'a str,
    message: &'a str,
}

impl<'a> Record<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (time, rest) = line.split_once(' ')?;
        let is_time =
            time.len() == 12 && time.bytes().all(|byte| byte.is_ascii_digit() || b":.".contains(&byte));
        let (level, rest) = rest.split_once(' ')?;
        let level = match level {
            "TRACE" => Level::TRACE,
            "DEBUG" => Level::DEBUG,
            "INFO" => Level::INFO,
            "WARN" => Level::WARN,
            "ERROR" | "FATAL" => Level::ERROR,
            _ => return None,
        };
        let (logger, message) = rest.trim_start().split_once(" - ")?;
        is_time.then_some(Self { level, logger, message })
    }
}

/// `tracing` wants to know levels when it is compiled.
fn log(level: Level, logger: Option<&str>, message: &str) {
    match level {
        Level::ERROR => tracing::error!(target: ENGINE, logger, "{message}"),
        Level::WARN => tracing::warn!(target: ENGINE, logger, "{message}"),
        Level::INFO => tracing::info!(target: ENGINE, logger, "{message}"),
        Level::DEBUG => tracing::debug!(target: ENGINE, logger, "{message}"),
        Level::TRACE => tracing::trace!(target: ENGINE, logger, "{message}"),
    }
}

/// A text in parts of whole lines.
fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for line in text.lines() {
        if !part.is_empty() && part.len() + line.len() >= PART {
            parts.push(take(&mut part));
        }
        part.push_str(line);
        part.push('\n');
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::{PART, Record, parts};

    #[test]
    fn lines_of_log4j_are_told_from_others() {
        assert_eq!(
            Record::parse("12:34:56.789 WARN  Executor - it - failed"),
            Some(Record { level: Level::WARN, logger: "Executor", message: "it - failed" })
        );
        for line in [
            "12:34:56.789 LOUD Executor - x",
            "WARN Executor - x",
            "\tat a.b(C.scala:1)",
            "",
            "12:34 INFO A - x",
        ] {
            assert_eq!(Record::parse(line), None, "{line}");
        }
    }

    #[test]
    fn a_long_stack_trace_comes_in_parts_of_whole_lines() {
        let text = "\tat some.Class.method(File.scala:1)\n".repeat(600);
        let parts = parts(&text);
        assert!(parts.len() > 1 && parts.iter().all(|part| part.len() <= PART && part.ends_with('\n')));
        assert_eq!(parts.concat(), text);
    }
}
