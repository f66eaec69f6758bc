//! Filters Java stack traces from the user's output. The log keeps them.

use std::sync::atomic::{AtomicBool, Ordering};

/// The stack trace filter of one job's output.
#[derive(Debug, Default)]
pub(super) struct StackTraceFilter {
    found: AtomicBool,
}

impl StackTraceFilter {
    /// Whether a line is part of a stack trace below its first line.
    pub(super) fn take(&self, line: &str) -> bool {
        let is_trace = is_trace(line);
        if is_trace {
            self.found.store(true, Ordering::Relaxed);
        }
        is_trace
    }

    /// Whether a stack trace was found.
    pub(super) fn found(&self) -> bool {
        self.found.load(Ordering::Relaxed)
    }
}

fn is_trace(line: &str) -> bool {
    let text = line.trim_start();
    let is_indented = text.len() < line.len();
    let is_frame = text.starts_with("at ") && text.contains('(') && text.contains(')');
    let is_rest = text.starts_with("... ") && text.trim_end().ends_with(" more");
    is_indented && (is_frame || is_rest || text.starts_with("Suppressed: "))
        || line.starts_with("Caused by: ")
}

#[cfg(test)]
mod tests {
    use super::StackTraceFilter;

    #[test]
    fn a_trace_is_told_from_what_an_engine_prints() {
        let traces = StackTraceFilter::default();
        for line in [
            "Rating at 10 (good)",
            "at home (mine)",
            "  at noon",
            "... and no more",
            "12:00 ERROR Executor - x",
        ] {
            assert!(!traces.take(line), "{line}");
        }
        assert!(!traces.found());
        for line in [
            "\tat lab.Source.read(Lab.scala:19) ~[lab.jar:1.0]",
            "    at java.lang.Thread.run(Unknown Source)",
            "Caused by: java.lang.RuntimeException: deep",
            "\t... 17 more",
        ] {
            assert!(traces.take(line), "{line}");
        }
        assert!(traces.found());
    }
}
