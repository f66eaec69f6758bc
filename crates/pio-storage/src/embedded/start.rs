//! Starting the server, whatever state it was left in.

use std::{
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use fs_err as fs;
use pio_settings::database::DatabaseSettings;

use super::{
    binaries::Binaries,
    connection::Connection,
    errors::EmbeddedError,
    initialize::{self, failed},
    process::{self, Postmaster},
    server_dirs::ServerDirs,
};

/// After a crash the server first reads what it had not yet written; that takes the longer the more it was.
const START_LIMIT: Duration = Duration::from_mins(2);

/// A port that was free may be taken by the time the server wants it.
const ATTEMPTS: usize = 3;

/// A log larger than this is put aside.
const LOG_LIMIT: u64 = 10 * 1024 * 1024;

/// Starts the server, or takes over one that is starting or whose port is not known.
pub(super) fn start(postgres_dir: &Path, place: &ServerDirs) -> Result<DatabaseSettings, EmbeddedError> {
    if let Some(settings) = take_over(place)? {
        return Ok(settings);
    }
    let binaries = Binaries::reachable(postgres_dir, place)?;
    process::clear_leftovers(place)?;
    let mut connection = initialize::ensure(&binaries, place)?;
    put_log_aside(place)?;
    let mut attempt = 1;
    loop {
        connection.choose_port()?;
        match launch(&binaries, place, connection.port) {
            Ok(()) => break,
            Err(_) if attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error),
        }
    }
    connection.write(place)?;
    Ok(connection.settings())
}

/// Waits for a server that runs already. One that does not become ready, or whose password is not known, is stopped.
fn take_over(place: &ServerDirs) -> Result<Option<DatabaseSettings>, EmbeddedError> {
    let Some(running) = Postmaster::find(place) else { return Ok(None) };
    let start = Instant::now();
    if let Ok(mut connection) = Connection::read(place) {
        while let Some(server) = Postmaster::find(place)
            && start.elapsed() < START_LIMIT
        {
            if server.ready {
                connection.port = server.port;
                connection.write(place)?;
                return Ok(Some(connection.settings()));
            }
            sleep(Duration::from_millis(20));
        }
    }
    running.stop(super::STOP_LIMIT, place)?;
    Ok(None)
}

/// Starts the server in a session of its own, with its output in the log: it outlives this command, and holds none of its
/// pipes open.
fn launch(binaries: &Binaries, place: &ServerDirs, port: u16) -> Result<(), EmbeddedError> {
    let output = fs::OpenOptions::new().create(true).append(true).open(place.start_log())?.into_file();
    binaries
        .command("pg_ctl")
        .args(["start", "--wait", "--silent", "--pgdata=data", "--log=server.log"])
        .arg(format!("--timeout={}", START_LIMIT.as_secs()))
        .arg(format!("--options=-p {port}"))
        .stdout(output.try_clone()?)
        .stderr(output)
        .run()
        .map_err(|e| failed("started", e, place))
}

fn put_log_aside(place: &ServerDirs) -> Result<(), EmbeddedError> {
    let log = place.log();
    if fs::metadata(&log).is_ok_and(|file| file.len() > LOG_LIMIT) {
        fs::rename(&log, log.with_extension("log.old"))?;
    }
    Ok(())
}
