//! Signals to a child or to its whole process group.

use std::io;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Sends a signal to a child that has not been waited for, or to its group; one that is gone already is no error.
pub(crate) fn send(pid: u32, group: bool, signal: Signal) -> io::Result<()> {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return Ok(());
    };
    let sent = if group { kill_process_group(pid, signal) } else { kill_process(pid, signal) };
    match sent {
        Ok(()) | Err(Errno::SRCH) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}
