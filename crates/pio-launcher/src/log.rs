//! What is said to whoever deploys: in the log style of platforms (steps with an arrow, details with seven spaces, faults with an exclamation
//! mark), or in the log where that is JSON. A build has no such log: it talks to people.

use std::fmt::Display;
use std::io::{self, Write};

use pio_logging::start;

use crate::advice::Advice;

const STEP: &str = "-----> ";
const DETAIL: &str = "       ";
const FAULT: &str = " !     ";

/// Says that a step begins.
pub fn step(line: impl Display) {
    info(STEP, &line.to_string());
}

/// Says a detail of the step.
pub fn detail(line: impl Display) {
    info(DETAIL, &line.to_string());
}

/// Warns of something that does not end the work.
pub fn warning(line: impl Display) {
    warn(&mut io::stdout().lock(), &line.to_string());
}

/// Warns on standard error: standard output may be what a shell evaluates.
pub fn remark(line: impl Display) {
    warn(&mut io::stderr().lock(), &line.to_string());
}

/// Says what went wrong and what to do.
pub fn error(advice: &Advice) {
    let lines = advice.lines();
    if start::is_json() {
        return tracing::error!("{}", lines.join("\n").trim_end());
    }
    // One write, so that the lines of another process do not fall between ours.
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

/// Prints each line with the mark. A log that cannot be written to is no reason to stop.
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
