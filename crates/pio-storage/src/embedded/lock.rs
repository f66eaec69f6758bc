//! Only one command at a time starts or stops the server.

use std::{
    fs::TryLockError,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use fs_err as fs;

use super::errors::EmbeddedError;

/// Longer than a start after a crash may take.
const LIMIT: Duration = Duration::from_mins(3);

/// The lock; it ends with this value, or with the process.
pub(super) struct Lock {
    _file: fs::File,
}

impl Lock {
    /// Waits for the lock of this folder.
    pub(super) fn take(pio_home: &Path) -> Result<Self, EmbeddedError> {
        fs::create_dir_all(pio_home)?;
        let path = pio_home.join("postgres.lock");
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        let start = Instant::now();
        loop {
            match file.file().try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => return Err(error.into()),
                Err(TryLockError::WouldBlock) if start.elapsed() > LIMIT => {
                    return Err(EmbeddedError::Locked { lock: path });
                }
                Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(20)),
            }
        }
    }
}
