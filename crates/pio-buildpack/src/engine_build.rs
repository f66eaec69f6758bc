//! Building the engine with the distribution's own `pio build`.

use std::path::Path;

use pio_launcher::log;
use pio_process::command::Command;
use pio_process::error::Error as ProcessError;
use pio_settings::{env, vars};

use crate::distribution::Distribution;
use crate::errors::Error;
use crate::variables::Variables;

/// Where Heroku's Java buildpack puts a JDK, within the app.
const JDK: &str = ".jdk";

/// Where sbt puts a socket; else it takes a folder that all users of a machine share and only the first may use.
const SOCKETS: &str = "XDG_RUNTIME_DIR";

/// Builds the engine; what `pio build` says goes to the log.
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
/// When one fails, or they cannot be run.
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

/// A private folder with a short path: the name of a socket may have hundred bytes only.
fn sockets() -> Result<tempfile::TempDir, Error> {
    Ok(tempfile::Builder::new().prefix("pio-").tempdir()?)
}

/// `pio` in the engine's folder, away from what belongs to other programs of this machine.
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
