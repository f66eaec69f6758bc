//! How many tests passed, failed and were skipped, counted over every runner of a `cargo xtask test`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use pio_process::command::Command;
use pio_test_support::SKIPPED;

use crate::log;

/// How a closing line begins that tells what was skipped.
const SKIPPED_IN_REPORT: &str = "skipped  ";

/// The counts so far. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Tally(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: Vec<String>,
    /// How many of the skipped ones their runners count as passed, because they returned.
    returned: usize,
}

impl Tally {
    /// Runs tests, passes on what they print, and counts how they end.
    pub(crate) fn run(&self, tests: Command) -> Result<()> {
        let counts = self.clone();
        let counted = tests.on_line(move |_, line| {
            log::say(line);
            counts.read(line);
        });
        Ok(counted.run()?)
    }

    /// Counts what a line of a test runner says: libtest's or sbt's summary, or that a test is skipped.
    pub(crate) fn read(&self, line: &str) {
        if let Some(why) = line.strip_prefix(SKIPPED) {
            let mut counts = self.counts();
            counts.returned += 1;
            counts.skipped.push(why.to_owned());
        } else if let Some(why) = line.strip_prefix(SKIPPED_IN_REPORT) {
            self.counts().skipped.push(why.to_owned());
        } else if let Some((passed, failed)) =
            libtest_summary(line).or_else(|| sbt_summary(line)).or_else(|| own_summary(line))
        {
            self.add(passed, failed);
        }
    }

    /// Counts tests whose ends are known.
    pub(crate) fn add(&self, passed: usize, failed: usize) {
        let mut counts = self.counts();
        counts.passed += passed;
        counts.failed += failed;
    }

    /// Counts something that this machine cannot test, and says so at once.
    pub(crate) fn skip(&self, what: &str) {
        log::loudly(format_args!("NOT TESTED: {what}"));
        self.counts().skipped.push(what.to_owned());
    }

    /// The closing lines: what was skipped and why, then the counts.
    pub(crate) fn report(&self) {
        let counts = self.counts();
        for why in &counts.skipped {
            log::say(format_args!("{SKIPPED_IN_REPORT}{why}"));
        }
        log::say(counts.closing_line());
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn closing_line(&self) -> String {
        let passed = self.passed.saturating_sub(self.returned);
        format!("{passed} passed, {} failed, {} skipped", self.failed, self.skipped.len())
    }
}

/// The 12 and 1 in `test result: FAILED. 12 passed; 1 failed; 0 ignored; …`.
fn libtest_summary(line: &str) -> Option<(usize, usize)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    Some((number_before(counts, " passed")?, number_before(counts, " failed")?))
}

/// The 12 and 1 + 2 in `[error] Failed: Total 15, Failed 1, Errors 2, Passed 12`.
fn sbt_summary(line: &str) -> Option<(usize, usize)> {
    let (_, counts) = line.split_once(": Total ")?;
    let after = |word: &str| counts.split(", ").find_map(|part| part.strip_prefix(word)?.trim().parse().ok());
    let (failed, errors): (usize, usize) = (after("Failed")?, after("Errors")?);
    Some((after("Passed")?, failed + errors))
}

/// The 12 and 1 in `12 passed, 1 failed, 0 skipped`, the closing line of another of our commands.
fn own_summary(line: &str) -> Option<(usize, usize)> {
    let mut parts = line.split(", ");
    let passed = parts.next()?.strip_suffix(" passed")?.parse().ok()?;
    let failed = parts.next()?.strip_suffix(" failed")?.parse().ok()?;
    parts.next()?.strip_suffix(" skipped")?;
    Some((passed, failed))
}

fn number_before(counts: &str, word: &str) -> Option<usize> {
    counts.split("; ").find_map(|part| part.strip_suffix(word)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn summaries_are_added_and_a_skipped_test_is_not_one_that_passed() {
        let tally = Tally::default();
        tally.read("SKIPPED early::it_is_told_before_the_summary: No namespaces.");
        tally.read(
            "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.31s",
        );
        assert_eq!(tally.counts().closing_line(), "0 passed, 0 failed, 1 skipped");
        let tally = Tally::default();
        tally.read(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.31s",
        );
        tally.read("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.31s");
        tally.read("[info] Passed: Total 343, Failed 0, Errors 0, Passed 343");
        tally.read("[error] Failed: Total 6, Failed 1, Errors 2, Passed 3");
        tally.read("test writes::one ... ok");
        assert_eq!(tally.counts().closing_line(), "360 passed, 4 failed, 0 skipped");
        tally.read("SKIPPED memory::of_64_mb: Run as root where control groups can be made.");
        tally.skip("the platforms (7 tests): they need root.");
        assert_eq!(tally.counts().closing_line(), "359 passed, 4 failed, 2 skipped");
        tally.read("skipped  a full disk: only root may mount one");
        tally.read("15 passed, 1 failed, 1 skipped");
        assert_eq!(tally.counts().closing_line(), "374 passed, 5 failed, 3 skipped");
    }
}
