//! `cargo xtask e2e`: the end-to-end tests on what they share: one database server, one Spark master with two workers, and engines that are built once.

mod database;
mod docker;
pub(crate) mod image;
mod report;

use std::path::Path;

use anyhow::{Context as _, Result};
use clap::Args;
use e2e::cluster::Cluster;
use e2e::pio::Pio;
use fs_err as fs;
use pio_process::command::Command;

use crate::{build, project, runtime, sdk, tally::Tally, tools, vendor};
use database::Database;
use docker::Docker;

/// The engines that the tests copy.
const ENGINES: [&str; 4] = ["recommendation", "classification", "means", "popular"];

/// How many workers the shared Spark master has, of one core each.
const WORKERS: usize = 2;

/// The report in the form of `JUnit`.
const JUNIT: &str = "target/e2e/junit.xml";

/// Where failed tests leave the logs of their servers.
const LOGS: &str = "target/e2e/logs";

/// Which tests to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Only the tests whose name contains this
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// Sets up what the tests need and runs them.
pub(crate) fn run(options: &Options) -> Result<()> {
    tools::need(tools::ALL)?;
    vendor::run(&vendor::Options {})?;
    runtime::run(&runtime::Options {})?;
    let tally = Tally::default();
    let tested = test(project::root(), options.name.as_deref(), &tally);
    tally.report();
    tested
}

/// Runs the tests whose name contains a word, or all.
pub(crate) fn test(root: &Path, filter: Option<&str>, tally: &Tally) -> Result<()> {
    let binary = build::pio(root)?;
    let home = build::private_home()?;
    let pio = Pio::new(&binary, home.path());
    let docker = Docker::ready();
    let database = Database::start(root, docker.as_ref(), home.path(), tally)?;
    let tested = (|| {
        let mut tests = command(root, filter)?;
        for name in ENGINES {
            let variable = format!("PIO_E2E_ENGINE_{}", name.to_uppercase());
            tests = tests.env(variable, build::engine(&pio, root, name)?);
        }
        let cluster = Cluster::start(WORKERS)?;
        let tests = tests
            .env("PIO_E2E_MASTER", &cluster.master.url)
            .env("PIO_E2E_MASTER_PAGE", &cluster.master.page)
            .env("PIO_E2E_BINARY", &binary)
            .env("PIO_E2E_HOME", home.path())
            .env("PIO_E2E_PYTHON", sdk::python(root)?)
            .env("PIO_E2E_DATABASE_URL", &database.url);
        report::run(tests, &root.join(JUNIT), tally).with_context(|| {
            format!("The report is {JUNIT}; logs of the failed tests' servers are in {LOGS}")
        })
    })();
    let stopped = pio.run(&["stop-all"]).map(drop);
    drop(database);
    tested.and(stopped)
}

/// The command that runs the tests, two at a time.
fn command(root: &Path, filter: Option<&str>) -> Result<Command> {
    let logs = root.join(LOGS);
    if logs.exists() {
        fs::remove_dir_all(&logs)?;
    }
    fs::create_dir_all(&logs)?;
    let command = Command::new(build::end_to_end_tests(root)?).args(filter).args(["--test-threads", "2"]);
    Ok(command.env("PIO_E2E_LOGS", logs).current_dir(root.join("e2e")).no_stdin())
}
