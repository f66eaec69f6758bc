//! Finds `pio`, and runs it with exec or as a child.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use pio_logging::engine::Relay;
use pio_logging::{start, stderr};
use pio_process::command::Command;
use pio_process::output::Stream;
use pio_settings::{env, vars};
use tokio::signal::unix::{SignalKind, signal};

use crate::app;
use crate::commands;
use crate::errors::Error;
use crate::log;
use crate::secrets;

/// Time limit for a child to end after the platform's request. Platforms kill after 30 s.
const GRACE: Duration = Duration::from_secs(25);

const PIO: &str = "pio";

/// The least memory in which a Java process can run.
const MIN_MEMORY: u64 = 256 * 1024 * 1024;

/// The app's folder: the working directory if it contains an engine, else the folder whose `.pio` folder
/// contains this program, else the working directory.
///
/// # Errors
/// When the working directory no longer exists.
pub fn app_folder() -> Result<PathBuf, Error> {
    let current = std::env::current_dir()?;
    if app::engine_in(&current).is_some() {
        return Ok(current);
    }
    let own = std::env::current_exe().ok().and_then(|program| Some(program.ancestors().nth(3)?.to_owned()));
    Ok(own.filter(|folder| app::engine_in(folder).is_some()).unwrap_or(current))
}

/// The engine of the app.
///
/// # Errors
/// When there is none.
pub fn engine() -> Result<PathBuf, Error> {
    app::engine_in(&app_folder()?).ok_or(Error::NoEngine)
}

/// Checks that the container has enough memory for a Java process.
///
/// # Errors
/// When the container's limit is too low.
pub fn check_memory(limit: Option<u64>) -> Result<(), Error> {
    match limit {
        Some(limit) if limit < MIN_MEMORY => Err(Error::TooLittleMemory { limit: limit / 1024 / 1024 }),
        _ => Ok(()),
    }
}

/// A `pio` command with these arguments, run in a folder.
#[must_use]
pub fn pio(words: &[String], folder: &Path) -> Command {
    let hidden = secrets::hidden(words);
    let command = Command::new(own_pio()).args(hidden.words).envs(hidden.variables).current_dir(folder);
    let command = command.envs(log_settings());
    env::service_links().into_iter().fold(command, Command::env_remove)
}

/// Log settings for `pio` on a platform. It uses the log format of this process, and logs stack traces,
/// because log files are lost with the container.
fn log_settings() -> Vec<(&'static str, &'static str)> {
    let format = start::is_json().then_some((vars::PIO_LOG_FORMAT, "json"));
    format.into_iter().chain(traces()).collect()
}

fn traces() -> Option<(&'static str, &'static str)> {
    env::get(vars::PIO_LOG_TRACES).is_none().then_some((vars::PIO_LOG_TRACES, "stderr"))
}

/// The `pio` next to this program, else the one on the `PATH`.
fn own_pio() -> PathBuf {
    let beside = std::env::current_exe().ok().map(|program| program.with_file_name(PIO));
    beside.filter(|program| program.is_file()).unwrap_or_else(|| PathBuf::from(PIO))
}

/// Replaces this process with a program. Returns only if that fails.
#[must_use]
pub fn become_program(words: &[OsString]) -> Error {
    let (given, arguments) =
        words.split_first().map_or((OsStr::new(""), &[][..]), |(first, rest)| (first.as_os_str(), rest));
    let command = if given == PIO { Command::new(own_pio()).envs(traces()) } else { Command::new(given) };
    let error = command.args(arguments).exec();
    Error::NotAProgram { given: given.to_string_lossy().into_owned(), source: error }
}

/// Replaces this process with `pio`. Returns only if that fails.
#[must_use]
pub fn become_pio(words: &[String], folder: &Path) -> Error {
    log::step(commands::shown(words));
    // Write out pending messages before exec replaces this process.
    let command = pio(words, folder);
    stderr::finish();
    command.exec().into()
}

/// Runs a Spark master or worker until it is asked to end.
///
/// # Errors
/// When it cannot be started, or fails.
pub fn spark(who: &'static str, command: Command) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    ended(who, runtime.block_on(logged(command))?)
}

/// Checks how a Spark master or worker ended.
///
/// # Errors
/// When it ended without being asked to.
pub fn ended(who: &'static str, ended: ExitStatus) -> Result<(), Error> {
    // Java's exit code after SIGTERM.
    let was_asked = ended.success() || ended.code() == Some(143);
    if was_asked { Ok(()) } else { Err(Error::Spark { who, ended: ended.to_string() }) }
}

/// Runs a Spark JVM to its end and logs its output. The output is not inherited, because a pipe that nobody
/// reads would block the JVM.
///
/// # Errors
/// When it cannot be started or watched.
pub async fn logged(command: Command) -> Result<ExitStatus, Error> {
    let mut relay = Relay::default();
    watched(command.on_line(move |stream, line| relay.line(stream == Stream::Stderr, line))).await
}

/// Runs a child to its end, and forwards the platform's SIGTERM to it.
///
/// # Errors
/// When the child cannot be started or watched.
pub async fn watched(command: Command) -> Result<ExitStatus, Error> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut child = command.spawn_async()?;
    let ended = tokio::select! {
        status = child.wait() => Some(status),
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
    };
    let status = match ended {
        Some(status) => status?,
        None => child.terminate(GRACE).await?,
    };
    // The last lines say why it ended; they may still be in the pipe.
    child.tail().await;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::check_memory;

    #[test]
    fn a_java_process_needs_some_memory() {
        const MIB: u64 = 1024 * 1024;
        assert!(check_memory(None).is_ok());
        assert!(check_memory(Some(512 * MIB)).is_ok());
        let words = check_memory(Some(128 * MIB)).unwrap_err().advice().lines().join("\n");
        assert!(
            words.contains("too small for an engine: 128 MB") && words.contains("heroku ps:resize"),
            "{words}"
        );
    }
}
