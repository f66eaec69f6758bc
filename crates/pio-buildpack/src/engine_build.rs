//! Builds the engine with the distribution's own `pio build`.

use std::path::Path;

use pio_launcher::log;
use pio_process::command::Command;
use pio_process::error::Error as ProcessError;
use pio_settings::{env, vars};

use crate::distribution::Distribution;
use crate::errors::Error;
use crate::variables::Variables;

/// The JDK's folder in the app, created by Heroku's Java buildpack.
const JDK: &str = ".jdk";

/// The variable with the folder for sbt's socket. Otherwise sbt uses a folder shared by all users of the
/// machine, which only the first of them can use.
const SOCKETS: &str = "XDG_RUNTIME_DIR";

/// Builds the engine. The output of `pio build` goes to the log.
///
/// # Errors
/// When it cannot be built.
pub fn build(
    distribution: &Distribution,
    app: &Path,
    engine: &Path,
    downloads: &Path,
    variables: &Variables,
) -> Result<(), Error> {
    let verbose = variables.flag(vars::PIO_VERBOSE);
    let sockets = sockets()?;
    let command = pio(distribution, app, engine, downloads)?.env(SOCKETS, sockets.path());
    let mut command = command.envs(variables.for_build()).arg("build");
    if verbose {
        command = command.arg("--verbose");
    }
    match command.on_line(|_, line| log::detail(line)).run() {
        Ok(()) => Ok(()),
        Err(ProcessError::Failed { tail, .. }) => {
            Err(Error::Build { last_words: tail.lines.into(), verbose })
        }
        Err(other) => Err(other.into()),
    }
}

/// Runs the engine's own tests.
///
/// # Errors
/// When a test fails, or the tests cannot be run.
pub fn test(
    distribution: &Distribution,
    app: &Path,
    engine: &Path,
    downloads: &Path,
    variables: &Variables,
) -> Result<(), Error> {
    let command =
        pio(distribution, app, engine, downloads)?.envs(variables.for_tests()).args(["build", "--test"]);
    match command.run() {
        Ok(()) => Ok(()),
        Err(ProcessError::Failed { .. }) => Err(Error::Tests),
        Err(other) => Err(other.into()),
    }
}

/// A private folder with a short path: a socket path is limited to about 100 bytes.
fn sockets() -> Result<tempfile::TempDir, Error> {
    Ok(tempfile::Builder::new().prefix("pio-").tempdir()?)
}

/// A `pio` command in the engine's folder, isolated from the files of other programs on this machine.
fn pio(distribution: &Distribution, app: &Path, engine: &Path, downloads: &Path) -> Result<Command, Error> {
    fs_err::create_dir_all(downloads)?;
    let mut command = Command::new(distribution.pio())
        .current_dir(engine)
        .no_stdin()
        .env(vars::XDG_CACHE_HOME, downloads)
        .env(vars::PIO_HOME, downloads.join("home"))
        .env(vars::PIO_CLOSURE, distribution.closure())
        .env_remove(vars::DATABASE_URL);
    let jdk = app.join(JDK);
    if env::get(vars::JAVA_HOME).is_none() && jdk.is_dir() {
        command = command.env(vars::JAVA_HOME, jdk);
    }
    Ok(command)
}
