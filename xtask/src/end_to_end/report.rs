//! Runs tests, says how each ended as soon as it has, and writes a report in the form of `JUnit`.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use pio_process::command::Command;
use pio_process::output::Stream;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Deserialize;

use crate::{log, tally::Tally};

/// What libtest says of its tests, one JSON object a line. That form is not stable, but our toolchain is pinned.
const AS_JSON: &[&str] = &["-Z", "unstable-options", "--format", "json", "--report-time"];

/// With this variable a stable libtest takes options that are not stable.
const UNSTABLE: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");

/// A line of libtest's, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    event: String,
    name: Option<String>,
    exec_time: Option<f64>,
    stdout: Option<String>,
    test_count: Option<usize>,
}

/// Runs a program of tests. The report is written however the tests end.
pub(super) fn run(tests: Command, file: &Path, tally: &Tally) -> Result<()> {
    let suite = Arc::new(Mutex::new(TestSuite::new("it")));
    let expected = Arc::new(AtomicUsize::new(0));
    let (seen, counted, skips) = (Arc::clone(&suite), Arc::clone(&expected), tally.clone());
    let run = tests.args(AS_JSON).env(UNSTABLE.0, UNSTABLE.1).on_line(move |stream, line| {
        match serde_json::from_str::<Line>(line) {
            Ok(line) if stream == Stream::Stdout => {
                if let Some(count) = line.test_count {
                    counted.store(count, Relaxed);
                }
                if let Some(case) = case(line) {
                    seen.lock().unwrap_or_else(PoisonError::into_inner).add_test_case(case);
                }
            }
            // What is no event, the compiler or a test has said.
            _ => {
                log::say(line);
                skips.read(line);
            }
        }
    });
    let ended = run.run().map_err(anyhow::Error::from);
    let mut report = Report::new("end to end");
    let suite = suite.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let count = suite.test_cases.len();
    let failed = suite.test_cases.iter().filter(|case| is_failed(case)).count();
    tally.add(count - failed, failed);
    report.add_test_suite(suite);
    fs::create_dir_all(file.parent().context("the report has a folder")?)?;
    report.serialize(fs::File::create(file)?)?;
    ensure!(failed == 0, "{failed} of {count} tests failed");
    ended?;
    ensure!(count > 0, "no test has this name");
    let expected = expected.load(Relaxed);
    ensure!(count == expected, "{count} of {expected} tests told how they ended");
    log::say(format_args!("       {count} tests ended well; report: {}", file.display()));
    Ok(())
}

fn is_failed(case: &TestCase) -> bool {
    matches!(case.status, TestCaseStatus::NonSuccess { .. })
}

/// The test that has ended with this line; none where none has.
fn case(line: Line) -> Option<TestCase> {
    let name = (line.kind == "test").then_some(line.name)??;
    let status = match line.event.as_str() {
        "ok" => TestCaseStatus::success(),
        "ignored" => TestCaseStatus::skipped(),
        "failed" => TestCaseStatus::non_success(NonSuccessKind::Failure),
        _ => return None,
    };
    let time = Duration::from_secs_f64(line.exec_time.unwrap_or_default());
    log::say(format_args!("{:>6.1} s  {:<7} {name}", time.as_secs_f64(), line.event));
    let mut case = TestCase::new(name, status);
    case.set_time(time);
    if let Some(output) = line.stdout {
        log::say(&output);
        case.set_system_out(output);
    }
    Some(case)
}

#[cfg(test)]
mod tests {
    use quick_junit::{TestCase, TestCaseStatus};

    use super::case;

    fn case_of(line: &str) -> Option<TestCase> {
        case(serde_json::from_str(line).unwrap())
    }

    #[test]
    fn a_test_that_ended_is_a_case_with_its_output() {
        let failed = r#"{"type":"test","event":"failed","name":"a::b","exec_time":1.5,"stdout":"why"}"#;
        let case = case_of(failed).unwrap();
        assert_eq!((case.name.as_str(), case.time.unwrap().as_millis()), ("a::b", 1500));
        assert!(matches!(case.status, TestCaseStatus::NonSuccess { .. }));
        assert_eq!(case.system_out.unwrap().as_str(), "why");
    }

    #[test]
    fn what_begins_or_counts_is_none() {
        for line in [r#"{"type":"test","event":"started","name":"a"}"#, r#"{"type":"suite","event":"ok"}"#] {
            assert!(case_of(line).is_none(), "{line}");
        }
    }
}
