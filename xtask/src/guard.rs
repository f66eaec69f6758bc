//! What a command starts ends with it, even when it is interrupted or killed: a guard beside it ends the processes that it left
//! and removes its temporary files.

use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use fs_err as fs;
use pio_process::command::Command;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use crate::log;

/// Names the folder for temporary files of a guarded command; what the command starts inherits it.
const TMPDIR: &str = "TMPDIR";

/// How the folders are named.
const PREFIX: &str = "pio-xtask-";

/// How long what is left may go on: it may have noticed by itself that nobody needs it.
const GRACE_PERIOD: Duration = Duration::from_secs(3);

/// How long a process may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(20);

/// Whom to wait for.
#[derive(Args)]
pub(crate) struct Options {
    /// The id of the guarded process
    process: i32,
    /// Its folder for temporary files
    folder: PathBuf,
}

/// Puts this process under a guard: it begins anew, with a folder for temporary files of its own. Where it is guarded already, it goes on.
pub(crate) fn enter() -> Result<()> {
    let parent = std::env::temp_dir();
    if parent.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX)) {
        return Ok(());
    }
    // Servers and builds that run as other users keep files there, too.
    let everyone = std::fs::Permissions::from_mode(0o1777);
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?.keep();
    fs::set_permissions(&folder, everyone)?;
    let program = std::env::current_exe()?;
    let guard = Command::new(&program).arg("guard").arg(std::process::id().to_string()).arg(&folder);
    guard.own_group().no_stdin().spawn()?.detach();
    Err(Command::new(program).args(std::env::args_os().skip(1)).env(TMPDIR, folder).exec().into())
}

/// Waits for the end of the guarded process, then ends what it left.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(process) = Pid::from_raw(options.process)
        && let Ok(process) = pidfd_open(process, PidfdFlags::empty())
    {
        while poll(&mut [PollFd::new(&process.as_fd(), PollFlags::IN)], None).is_err() {}
    }
    clear(&options.folder, GRACE_PERIOD, GRACE)
}

/// Ends the processes that belong to a folder for temporary files, and removes it.
fn clear(folder: &Path, patience: Duration, grace: Duration) -> Result<()> {
    wait_until_none(folder, patience);
    for signal in [Signal::TERM, Signal::KILL] {
        for (process, name) in left(folder) {
            log::say(format_args!("       ending what is left: {name} ({})", process.as_raw_nonzero()));
            // It may have ended meanwhile.
            let _ = kill_process(process, signal);
        }
        wait_until_none(folder, grace);
    }
    Ok(fs::remove_dir_all(folder)?)
}

fn wait_until_none(folder: &Path, limit: Duration) {
    let end = Instant::now() + limit;
    while Instant::now() < end && !left(folder).is_empty() {
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The processes that belong to a folder, with their names: those that were told to keep temporary files there, and those that work
/// below it, for the embedded `PostgreSQL` has an environment of its own.
fn left(folder: &Path) -> Vec<(Pid, String)> {
    let variable = [format!("{TMPDIR}=").as_bytes(), folder.as_os_str().as_encoded_bytes()].concat();
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let processes = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let process = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let is_told = environment.split(|byte| *byte == 0).any(|one| one == variable);
        let works_there =
            || fs::read_link(entry.path().join("cwd")).is_ok_and(|place| place.starts_with(folder));
        let name = fs::read_to_string(entry.path().join("comm")).ok()?;
        (is_told || works_there()).then(|| (process, name.trim().to_owned()))
    });
    processes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleep() -> Command {
        Command::new("sleep").arg("60").no_stdin()
    }

    #[test]
    fn what_belongs_to_the_folder_ends_with_it_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap().keep();
        let mut told = sleep().env(TMPDIR, &folder).spawn().unwrap();
        let mut working = sleep().env_clear().current_dir(&folder).spawn().unwrap();
        let mut other = sleep().env(TMPDIR, folder.with_extension("other")).spawn().unwrap();
        // A child that has ended stays in the list of processes until its parent asks for it.
        let waits = std::thread::spawn(move || (told.wait().unwrap(), working.wait().unwrap()));
        clear(&folder, Duration::ZERO, Duration::from_secs(10)).unwrap();
        assert!(!folder.exists());
        let (told, working) = waits.join().unwrap();
        assert!(!told.success() && !working.success());
        assert_eq!(other.try_wait().unwrap(), None);
    }

    #[test]
    fn what_does_not_end_when_asked_is_killed() {
        let folder = tempfile::tempdir().unwrap().keep();
        let script = "trap '' TERM; while :; do sleep 0.1; done";
        let mut stubborn =
            Command::new("sh").args(["-c", script]).current_dir(&folder).no_stdin().spawn().unwrap();
        std::thread::sleep(Duration::from_millis(200));
        let wait = std::thread::spawn(move || stubborn.wait().unwrap());
        clear(&folder, Duration::ZERO, Duration::from_millis(500)).unwrap();
        assert!(!wait.join().unwrap().success());
        assert_eq!(left(&folder), []);
    }
}
