//! `cargo xtask coverage`: which lines the tests reach. cargo-llvm-cov counts for Rust, `JaCoCo` for the Scala runtime; the end-to-end
//! tests, which run the same code as other processes, are not counted.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use pio_closure::closure::Closure;
use pio_process::command::Command;
use serde_json::Value;

use crate::{cargo_tools, log, runtime, scala_tests, tools, vendor};

/// Lines by where they belong: a crate, or a package of the runtime.
type Lines = BTreeMap<String, Count>;

#[derive(Debug, Default, PartialEq)]
struct Count {
    reached: u64,
    all: u64,
}

/// Runs the tests and prints a table.
pub(crate) fn run(root: &Path) -> Result<()> {
    tools::need(tools::ALL)?;
    vendor::run(&vendor::Options {})?;
    runtime::run(&runtime::Options {})?;
    log::step("Rust: unit and integration tests under cargo-llvm-cov");
    let rust = rust(root)?;
    log::step("Scala: all tests under JaCoCo");
    let scala = packages(&fs::read_to_string(scala_tests::run_for_coverage(root)?)?)?;
    for (name, count) in rust.iter().chain(&scala) {
        log::say(format_args!("{:>6.1} %  of {:>5} lines  {name}", count.percent(), count.all));
    }
    Ok(())
}

fn rust(root: &Path) -> Result<Lines> {
    Command::new("rustup").args(["component", "add", "llvm-tools"]).current_dir(root).captured().run()?;
    let llvm_cov = cargo_tools::LLVM_COV.program()?;
    Command::new(&llvm_cov).args(["llvm-cov", "clean", "--workspace"]).current_dir(root).run()?;
    with_server(root)?;
    let command = Command::new(&llvm_cov)
        .args([
            "llvm-cov",
            "--no-clean",
            "--workspace",
            "--exclude",
            "e2e",
            "--exclude",
            "xtask",
            "--json",
            "--summary-only",
        ])
        .args(["--output-path", "target/coverage.json"])
        .env("PIO_TEST_POSTGRES_DIR", Closure::locate()?.postgres_dir()?);
    command.current_dir(root).no_stdin().run()?;
    crates(&fs::read_to_string(root.join("target/coverage.json"))?, root)
}

/// Tests start this example as a server of its own; cargo-llvm-cov makes no examples, so it is made as ever, and not counted.
fn with_server(root: &Path) -> Result<()> {
    let build = ["build", "--quiet", "--package", "pio-eventserver", "--example", "eventserver"];
    Command::new("cargo").args(build).current_dir(root).no_stdin().run()?;
    let folder = root.join("target/llvm-cov-target/debug/examples");
    fs::create_dir_all(&folder)?;
    fs::copy(root.join("target/debug/examples/eventserver"), folder.join("eventserver"))?;
    Ok(())
}

/// The counts of cargo-llvm-cov's report, crate by crate.
fn crates(report: &str, root: &Path) -> Result<Lines> {
    let report: Value = serde_json::from_str(report)?;
    let files = report["data"][0]["files"].as_array().context("the report of cargo-llvm-cov has no files")?;
    let mut lines = Lines::new();
    for file in files {
        let path = Path::new(file["filename"].as_str().unwrap_or_default());
        let Ok(within) = path.strip_prefix(root.join("crates")) else { continue };
        let name = within.iter().next().unwrap_or_default().to_string_lossy().into_owned();
        let count = &file["summary"]["lines"];
        lines.entry(name).or_default().add(count["covered"].as_u64(), count["count"].as_u64())?;
    }
    ensure!(!lines.is_empty(), "the report of cargo-llvm-cov has no file of ours");
    Ok(lines)
}

/// The counts of `JaCoCo`'s report, package by package.
fn packages(report: &str) -> Result<Lines> {
    let mut rows = report.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = rows.next().context("JaCoCo's report is empty")?;
    let column = |name| head.iter().position(|title| *title == name).context("a column is missing");
    let (package, missed, covered) = (column("PACKAGE")?, column("LINE_MISSED")?, column("LINE_COVERED")?);
    let mut lines = Lines::new();
    for row in rows {
        let number = |at: usize| row.get(at)?.parse::<u64>().ok();
        let all = number(missed).zip(number(covered)).map(|(missed, covered)| missed + covered);
        let name = row.get(package).context("a row is short")?;
        lines.entry((*name).to_owned()).or_default().add(number(covered), all)?;
    }
    ensure!(!lines.is_empty(), "JaCoCo saw no class of the runtime");
    Ok(lines)
}

impl Count {
    fn add(&mut self, reached: Option<u64>, all: Option<u64>) -> Result<()> {
        self.reached += reached.context("a count of lines is missing")?;
        self.all += all.context("a count of lines is missing")?;
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer lines than a double can count")]
    fn percent(&self) -> f64 {
        100.0 * self.reached as f64 / self.all.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Count, crates, packages};

    #[test]
    fn files_of_a_crate_are_counted_together() {
        let report = r#"{"data": [{"files": [
            {"filename": "/p/crates/pio-http/src/a.rs", "summary": {"lines": {"count": 10, "covered": 4}}},
            {"filename": "/p/crates/pio-http/src/b.rs", "summary": {"lines": {"count": 10, "covered": 5}}},
            {"filename": "/p/xtask/src/main.rs", "summary": {"lines": {"count": 10, "covered": 5}}}]}]}"#;
        let lines = crates(report, Path::new("/p")).unwrap();
        assert_eq!(
            lines.into_iter().collect::<Vec<_>>(),
            [("pio-http".to_owned(), Count { reached: 9, all: 20 })]
        );
        crates(r#"{"data": [{"files": []}]}"#, Path::new("/p")).unwrap_err();
    }

    #[test]
    fn classes_of_a_package_are_counted_together() {
        let report = "GROUP,PACKAGE,CLASS,LINE_MISSED,LINE_COVERED\ng,a.b,X,1,2\ng,a.b,Y,0,3\ng,a.c,Z,5,0\n";
        let lines = packages(report).unwrap();
        assert_eq!(lines["a.b"], Count { reached: 5, all: 6 });
        assert_eq!(lines["a.c"], Count { reached: 0, all: 5 });
        packages("").unwrap_err();
    }
}
