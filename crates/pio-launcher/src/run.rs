//! Finding `pio`, and becoming it or watching it.

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

/// How long a child may take to end after the platform asked for it; platforms kill after 30 s.
const GRACE: Duration = Duration::from_secs(25);

/// The console.
const PIO: &str = "pio";

/// What this system can do for a Java process at all.
const MIN_MEMORY: u64 = 256 * 1024 * 1024;

/// The folder of the app: the working directory where an engine is in it, else the one whose `.pio` folder holds this
/// program, else the working directory.
///
/// # Errors
/// When the working directory is gone.
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

/// Refuses containers in which no Java process can live.
///
/// # Errors
/// When the container's limit is too low.
pub fn check_memory(limit: Option<u64>) -> Result<(), Error> {
    match limit {
        Some(limit) if limit < MIN_MEMORY => Err(Error::TooLittleMemory { limit: limit / 1024 / 1024 }),
        _ => Ok(()),
    }
}

/// The `pio` command with these words, in a folder.
#[must_use]
pub fn pio(words: &[String], folder: &Path) -> Command {
    let hidden = secrets::hidden(words);
    let command = Command::new(own_pio()).args(hidden.words).envs(hidden.variables).current_dir(folder);
    let command = command.envs(log_settings());
    env::service_links().into_iter().fold(command, Command::env_remove)
}

/// How `pio` logs on a platform: in the format of this process, and with the stack traces, because its files end with its container.
fn log_settings() -> Vec<(&'static str, &'static str)> {
    let format = start::is_json().then_some((vars::PIO_LOG_FORMAT, "json"));
    format.into_iter().chain(traces()).collect()
}

fn traces() -> Option<(&'static str, &'static str)> {
    env::get(vars::PIO_LOG_TRACES).is_none().then_some((vars::PIO_LOG_TRACES, "stderr"))
}

/// The `pio` beside this program, else one on the `PATH`.
fn own_pio() -> PathBuf {
    let beside = std::env::current_exe().ok().map(|program| program.with_file_name(PIO));
    beside.filter(|program| program.is_file()).unwrap_or_else(|| PathBuf::from(PIO))
}

/// Becomes any program with its arguments; comes back only where that fails.
#[must_use]
pub fn become_program(words: &[OsString]) -> Error {
    let (given, arguments) =
        words.split_first().map_or((OsStr::new(""), &[][..]), |(first, rest)| (first.as_os_str(), rest));
    let command = if given == PIO { Command::new(own_pio()).envs(traces()) } else { Command::new(given) };
    let error = command.args(arguments).exec();
    Error::NotAProgram { given: given.to_string_lossy().into_owned(), source: error }
}

/// Becomes `pio`; comes back only where that fails.
#[must_use]
pub fn become_pio(words: &[String], folder: &Path) -> Error {
    log::step(commands::shown(words));
    // What is said while the command is made must be written before this process is another.
    let command = pio(words, folder);
    stderr::finish();
    command.exec().into()
}

/// Runs a master or worker of Spark until it is asked to end.
///
/// # Errors
/// When it cannot be started, or ends in failure.
pub fn spark(who: &'static str, command: Command) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    ended(who, runtime.block_on(logged(command))?)
}

/// How a master or worker of Spark has ended.
///
/// # Errors
/// When it ended although nobody asked it to.
pub fn ended(who: &'static str, ended: ExitStatus) -> Result<(), Error> {
    // Java ends with this code where it was asked to end.
    let was_asked = ended.success() || ended.code() == Some(143);
    if was_asked { Ok(()) } else { Err(Error::Spark { who, ended: ended.to_string() }) }
}

/// Runs a JVM of Spark to its end and logs what it prints: were it to print where this process prints, a pipe that nobody reads would
/// stop it.
///
/// # Errors
/// When it cannot be started or watched.
pub async fn logged(command: Command) -> Result<ExitStatus, Error> {
    let mut relay = Relay::default();
    watched(command.on_line(move |stream, line| relay.line(stream == Stream::Stderr, line))).await
}

/// Runs a child to its end and hands on the platform's wish that it should end.
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
    // Its last lines say why it ended; they may still be in the pipe.
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
