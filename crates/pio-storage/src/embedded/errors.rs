//! What can go wrong with the embedded server, in words for the user.

use std::{io, path::PathBuf};

use pio_settings::installation;

/// Why the embedded `PostgreSQL` could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// A file or folder cannot be used.
    #[error(
        "the embedded PostgreSQL cannot use its files: {0}. Check free space and permissions, set PIO_HOME to another folder, or name a database in DATABASE_URL"
    )]
    Files(#[from] io::Error),
    /// The binaries are missing.
    #[error(
        "the embedded PostgreSQL is not installed: {} is missing. {}name a database in DATABASE_URL",
        .missing.display(),
        if installation::is_clone() { "Run `cargo xtask vendor`, or " } else { "A release has none: " }
    )]
    NotInstalled {
        /// The file that is not there.
        missing: PathBuf,
    },
    /// Root must not run it, and there is no other user.
    #[error(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as. Run this command as another user, or name a database in DATABASE_URL"
    )]
    NoUser,
    /// Another command holds the lock.
    #[error("another command has been starting or stopping the embedded PostgreSQL for minutes. End it and try again; the lock is {}", .lock.display())]
    Locked {
        /// The file that is locked.
        lock: PathBuf,
    },
    /// A program of `PostgreSQL` failed.
    #[error("the embedded PostgreSQL could not be {action}: {source}\n{log}")]
    Program {
        /// What was tried.
        action: &'static str,
        /// How the program ended.
        source: Box<pio_process::error::Error>,
        /// The last lines of the server's log.
        log: String,
    },
    /// The data are of another major version.
    #[error("the data in {} were made by PostgreSQL {found}, and this is {expected}. Export the events with the older version of this program, or move that folder away to start empty", .data.display())]
    Version {
        /// The folder with the data.
        data: PathBuf,
        /// The version that made them.
        found: String,
        /// The version of the binaries.
        expected: String,
    },
    /// It does not end.
    #[error("the embedded PostgreSQL (process {pid}) did not stop within a minute. Look at {}, or end the process", .log.display())]
    DoesNotStop {
        /// Its process id.
        pid: i32,
        /// The server's log.
        log: PathBuf,
    },
}
