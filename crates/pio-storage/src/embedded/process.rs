//! The running server, found by what its data folder and the system say of it.

use std::{
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use fs_err as fs;
use rustix::process::{Pid, Signal, kill_process};

use super::{errors::EmbeddedError, server_dirs::ServerDirs};

/// How long orphans of a server that was killed may take to notice.
const ORPHAN_LIMIT: Duration = Duration::from_secs(10);

const PAUSE: Duration = Duration::from_millis(20);

/// A server that accepts connections, or will soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Postmaster {
    pub(super) pid: i32,
    pub(super) port: u16,
    /// Whether it says itself that it accepts connections.
    pub(super) ready: bool,
}

impl Postmaster {
    /// The server that works in the place's data folder. The file that names its process may be left over from a crash, and
    /// the process id may be another process's by now; but a server's working directory is its data folder.
    pub(super) fn find(place: &ServerDirs) -> Option<Self> {
        let postmaster = Self::from_file(place)?;
        works_in(postmaster.pid, &place.data()).then_some(postmaster)
    }

    /// What the file says, which need not be true any more.
    fn from_file(place: &ServerDirs) -> Option<Self> {
        let text = fs::read_to_string(place.data().join("postmaster.pid")).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        let port = lines.nth(2)?.trim().parse().ok()?;
        let ready = lines.nth(3).is_some_and(|state| state.trim() == "ready");
        Some(Self { pid, port, ready })
    }

    /// Asks it to end, which also ends its connections, and waits.
    pub(super) fn stop(self, limit: Duration, place: &ServerDirs) -> Result<(), EmbeddedError> {
        signal(self.pid, Signal::INT)?;
        let start = Instant::now();
        while works_in(self.pid, &place.data()) {
            if start.elapsed() > limit {
                return Err(EmbeddedError::DoesNotStop { pid: self.pid, log: place.log() });
            }
            sleep(PAUSE);
        }
        Ok(())
    }
}

/// Clears away what a crashed server left behind, so that a new one can start: its children, which hold on to its memory,
/// and the file with its process id where that id is another process's now.
pub(super) fn clear_leftovers(place: &ServerDirs) -> Result<(), EmbeddedError> {
    let data = place.data();
    let start = Instant::now();
    loop {
        let orphans = all_in(&data);
        if orphans.is_empty() {
            break;
        }
        if start.elapsed() > ORPHAN_LIMIT {
            orphans.into_iter().try_for_each(|pid| signal(pid, Signal::KILL))?;
        }
        sleep(PAUSE);
    }
    // With no process in the data folder nobody can be using it, whatever the file says.
    match fs::remove_file(data.join("postmaster.pid")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// All of a server's processes that work in a folder.
fn all_in(folder: &Path) -> Vec<i32> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter(|pid| works_in(*pid, folder)).collect()
}

/// Whether a process is there, is a server's, and has this working directory; a user's shell may have it, too.
fn works_in(pid: i32, folder: &Path) -> bool {
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == folder)
        && fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres")
}

/// Sends a signal to a process of which it was just seen that it is the server's. One that is gone is no error.
fn signal(pid: i32, signal: Signal) -> Result<(), EmbeddedError> {
    let Some(pid) = Pid::from_raw(pid) else { return Ok(()) };
    match kill_process(pid, signal) {
        Err(error) if error != rustix::io::Errno::SRCH => Err(EmbeddedError::Files(error.into())),
        _ => Ok(()),
    }
}
