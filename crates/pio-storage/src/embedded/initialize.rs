//! The server's data folder: made whole or not at all.

use std::path::PathBuf;

use fs_err as fs;

use super::{
    binaries::Binaries,
    connection::{Connection, ROLE, write_private},
    errors::EmbeddedError,
    server_dirs::ServerDirs,
};

/// Only this machine may connect, and times are in UTC. What is acknowledged stays on disk: `fsync` is left on.
const CONFIGURATION: [&str; 6] = [
    "--set=listen_addresses=127.0.0.1",
    "--set=unix_socket_directories=",
    "--set=timezone=UTC",
    "--set=log_timezone=UTC",
    "--set=wal_level=minimal",
    "--set=max_wal_senders=0",
];

/// Makes the data where there are none, and tells the password.
pub(super) fn ensure(binaries: &Binaries, place: &ServerDirs) -> Result<Connection, EmbeddedError> {
    if !place.data().join("PG_VERSION").is_file() {
        return initialize(binaries, place);
    }
    check_version(binaries, place)?;
    match Connection::read(place) {
        Ok(connection) => Ok(connection),
        // The file with the password is gone or broken; whoever owns the data may set a new one.
        Err(_) => reset_password(binaries, place),
    }
}

/// Makes the data in a folder of another name, which becomes the real one as the last step.
fn initialize(binaries: &Binaries, place: &ServerDirs) -> Result<Connection, EmbeddedError> {
    let draft = place.server().join("unfinished");
    if draft.exists() {
        fs::remove_dir_all(&draft)?;
    }
    let connection = Connection::generate();
    let password = write_secret_file(place, &connection.password)?;
    let outcome = binaries
        .command("initdb")
        .args(["--pgdata=unfinished", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"])
        .args([format!("--pwfile={}", password.display()), format!("--username={ROLE}")])
        .args(CONFIGURATION)
        .captured()
        .run();
    fs::remove_file(&password)?;
    outcome.map_err(|e| failed("initialized", e, place))?;
    connection.write(place)?;
    fs::rename(&draft, place.data())?;
    fs::File::open(place.server())?.sync_all()?;
    Ok(connection)
}

/// Sets a new password in the server's single-user mode, which needs none.
fn reset_password(binaries: &Binaries, place: &ServerDirs) -> Result<Connection, EmbeddedError> {
    let connection = Connection::generate();
    let statement =
        write_secret_file(place, &format!("ALTER ROLE {ROLE} PASSWORD '{}'\n", connection.password))?;
    let input = fs::File::open(&statement)?.into_file();
    let outcome = binaries
        .command("postgres")
        .args(["--single", "-D", "data", "postgres"])
        .stdin(input)
        .captured()
        .run();
    fs::remove_file(&statement)?;
    outcome.map_err(|e| failed("given a new password", e, place))?;
    connection.write(place)?;
    Ok(connection)
}

/// Writes a file that only the server's user can read, in a folder that he cannot write to.
fn write_secret_file(place: &ServerDirs, text: &str) -> Result<PathBuf, EmbeddedError> {
    let file = place.secret();
    write_private(&file, text.as_bytes())?;
    place.user.map_or(Ok(()), |user| user.own(&file))?;
    Ok(file)
}

/// Data of one major version are not read by another.
fn check_version(binaries: &Binaries, place: &ServerDirs) -> Result<(), EmbeddedError> {
    let found = fs::read_to_string(place.data().join("PG_VERSION"))?.trim().to_owned();
    let output = binaries
        .command("postgres")
        .arg("--version")
        .output()
        .map_err(|e| failed("asked for its version", e, place))?;
    let output = String::from_utf8_lossy(&output);
    let expected =
        output.split_whitespace().last().and_then(|version| version.split('.').next()).unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    Err(EmbeddedError::Version { data: place.data(), found, expected: expected.to_owned() })
}

/// A program's failure, with what the server's log says of it.
pub(super) fn failed(
    action: &'static str,
    source: pio_process::error::Error,
    place: &ServerDirs,
) -> EmbeddedError {
    let log = fs::read(place.log()).unwrap_or_default();
    let log = String::from_utf8_lossy(&log[log.len().saturating_sub(2000)..]).trim().to_owned();
    EmbeddedError::Program { action, source: Box::new(source), log }
}
