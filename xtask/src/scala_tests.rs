//! The tests of the Scala runtime: munit under sbt, with a real PostgreSQL for the suites that need one.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pio_closure::closure::{self, Closure};
use pio_closure::sbt::Sbt;
use pio_process::command::Command;
use pio_settings::database::DatabaseSettings;
use pio_settings::dirs;
use pio_storage::embedded;

use crate::build;
use crate::tally::Tally;

/// Runs all of them and counts them; the database lives as long as they do.
pub(crate) fn run(root: &Path, tally: &Tally) -> Result<()> {
    test(root, |sbt| sbt, tally)
}

/// Runs all of them under `JaCoCo`, which writes what they reached to a file of comma-separated values.
pub(crate) fn run_for_coverage(root: &Path) -> Result<PathBuf> {
    test(root, |sbt| sbt.env("PIO_RUNTIME_COVERAGE", "true").arg("coverageReport"), &Tally::default())?;
    Ok(root.join("runtime/target/coverage.csv"))
}

fn test(root: &Path, extend: impl FnOnce(Command) -> Command, tally: &Tally) -> Result<()> {
    let closure = Closure::locate()?;
    let home = build::private_home()?;
    let database = embedded::ensure_running(&closure.postgres_dir()?, home.path())?;
    let tests = extend(sbt(&closure, root)?).env("PIO_TEST_DATABASE_URL", url(&database));
    let tested = tally.run(tests);
    embedded::stop(home.path())?;
    tested.context("The Scala tests failed")
}

fn sbt(closure: &Closure, root: &Path) -> Result<Command> {
    let state = dirs::cache().join("sbt");
    let sbt = Sbt { closure, global_base: state.join("global"), state, options: Vec::new() };
    Ok(sbt
        .command()?
        .env("PIO_CLOSURE_JARS", closure.root.join(closure::JARS))
        .current_dir(root.join("runtime"))
        .args(["test", "DatabaseTest/test"])
        .no_stdin())
}

/// The address of a database, with its password.
pub(crate) fn url(database: &DatabaseSettings) -> String {
    let DatabaseSettings { user, password, host, port, name, .. } = database;
    format!("postgresql://{user}:{}@{host}:{port}/{name}", password.expose())
}
