//! Messages for the person who deploys. They use the platforms' log style (arrows for steps, seven spaces for
//! details, exclamation marks for errors), or the structured log if it is JSON. Builds always use the plain
//! style, because people read them.

use std::fmt::Display;
use std::io::{self, Write};

use pio_logging::start;

use crate::advice::Advice;

const STEP: &str = "-----> ";
const DETAIL: &str = "       ";
const FAULT: &str = " !     ";

/// Logs the start of a step.
pub fn step(line: impl Display) {
    info(STEP, &line.to_string());
}

/// Logs a detail of the current step.
pub fn detail(line: impl Display) {
    info(DETAIL, &line.to_string());
}

/// Logs a warning.
pub fn warning(line: impl Display) {
    warn(&mut io::stdout().lock(), &line.to_string());
}

/// Logs a warning on standard error, for commands whose standard output is evaluated by a shell.
pub fn remark(line: impl Display) {
    warn(&mut io::stderr().lock(), &line.to_string());
}

/// Logs an error message with its remedies.
pub fn error(advice: &Advice) {
    let lines = advice.lines();
    if start::is_json() {
        return tracing::error!("{}", lines.join("\n").trim_end());
    }
    // Write all lines at once, so that other processes' lines do not get in between.
    let lines: Vec<String> =
        lines.iter().map(|line| format!("{FAULT}{line}").trim_end().to_owned()).collect();
    let _ = writeln!(io::stderr().lock(), "\n{}\n", lines.join("\n"));
}

fn info(mark: &str, line: &str) {
    if start::is_json() {
        tracing::info!("{line}");
    } else {
        print(&mut io::stdout().lock(), mark, line);
    }
}

fn warn(out: &mut impl Write, line: &str) {
    if start::is_json() {
        tracing::warn!("{line}");
    } else {
        print(out, FAULT, line);
    }
}

/// Prints each line with the prefix. Write errors are ignored: they must not stop the process.
fn print(out: &mut impl Write, mark: &str, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "{}", format!("{mark}{line}").trim_end());
    }
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    use super::{DETAIL, print};

    #[test]
    fn every_line_has_the_mark() {
        let mut out = Vec::new();
        print(&mut out, DETAIL, "one\n\ntwo\n");
        assert_eq!(String::from_utf8(out).unwrap(), "       one\n\n       two\n");
    }
}
