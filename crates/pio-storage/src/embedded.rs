//! A real `PostgreSQL` for those who named no database: started when it is needed, shared by all commands of a user, and
//! left running when the command ends. It listens on 127.0.0.1 only, with a password that nobody has to know.

mod binaries;
mod connection;
pub mod errors;
mod initialize;
mod lock;
mod process;
mod server_dirs;
mod start;
mod user;

use std::{path::Path, time::Duration};

use pio_settings::database::DatabaseSettings;

use self::{
    connection::Connection, errors::EmbeddedError, lock::Lock, process::Postmaster, server_dirs::ServerDirs,
};

/// How long a server may take to stop.
const STOP_LIMIT: Duration = Duration::from_mins(1);

/// What is known of the embedded server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// There is none.
    Absent,
    /// There is one with data, and it is not running.
    Stopped,
    /// It runs and answers with these settings.
    Running(Box<DatabaseSettings>),
}

/// Makes sure that the server runs, and tells how to reach it. Where it runs already this takes some reads of files and
/// one TCP connection. It blocks: call it outside of an async runtime, or in a thread for such calls.
///
/// `postgres_dir` holds `bin`, `lib` and `share`; the data are kept under `pio_home`.
///
/// # Errors
/// The server cannot be made or started.
pub fn ensure_running(postgres_dir: &Path, pio_home: &Path) -> Result<DatabaseSettings, EmbeddedError> {
    if let Status::Running(settings) = status(pio_home) {
        return Ok(*settings);
    }
    let _lock = Lock::take(pio_home)?;
    if let Status::Running(settings) = status(pio_home) {
        return Ok(*settings);
    }
    start::start(postgres_dir, &ServerDirs::prepare(pio_home)?)
}

/// What is known of the server under this folder, without changing anything.
#[must_use]
pub fn status(pio_home: &Path) -> Status {
    let Some(place) = ServerDirs::find(pio_home) else { return Status::Absent };
    let Ok(connection) = Connection::read(&place) else { return Status::Stopped };
    match Postmaster::find(&place) {
        Some(server) if server.ready && server.port == connection.port && connection.answers() => {
            Status::Running(Box::new(connection.settings()))
        }
        _ => Status::Stopped,
    }
}

/// Stops the server after what it is doing now, and tells whether it was running.
///
/// # Errors
/// It does not end, or belongs to another user.
pub fn stop(pio_home: &Path) -> Result<bool, EmbeddedError> {
    if ServerDirs::find(pio_home).is_none() {
        return Ok(false);
    }
    let _lock = Lock::take(pio_home)?;
    let Some(place) = ServerDirs::find(pio_home) else { return Ok(false) };
    match Postmaster::find(&place) {
        Some(postmaster) => postmaster.stop(STOP_LIMIT, &place).map(|()| true),
        None => Ok(false),
    }
}

/// Stops the server and deletes all its data.
///
/// # Errors
/// It does not end, or its files cannot be deleted.
pub fn remove(pio_home: &Path) -> Result<(), EmbeddedError> {
    stop(pio_home)?;
    match ServerDirs::find(pio_home) {
        Some(place) => place.remove(),
        None => Ok(()),
    }
}
