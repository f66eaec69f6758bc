//! Docker: used where it runs, started where it is installed but does not run.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use fs_err as fs;
use pio_process::child::Child;
use pio_process::command::Command;

use crate::{log, tools};

/// How long a daemon may take to answer.
const LIMIT: Duration = Duration::from_mins(1);

/// Where a daemon that was started here writes its log.
const LOG: &str = "/var/log/pio-e2e-dockerd.log";

/// A Docker that answers. One that was started here ends with this value.
pub(crate) struct Docker {
    daemon: Option<Child>,
}

impl Docker {
    /// The machine's Docker; none where there is none, which is said loudly.
    pub(crate) fn ready() -> Option<Self> {
        if let Err(error) = tools::need(&[tools::DOCKER]) {
            log::loudly(format_args!("There is no Docker here: {error:#}"));
            return None;
        }
        if answers() {
            return Some(Self { daemon: None });
        }
        log::step("Starting Docker's daemon; it ends with this command");
        match start() {
            Ok(daemon) => Some(Self { daemon: Some(daemon) }),
            Err(error) => {
                log::loudly(format_args!("Docker is installed but cannot be started: {error:#}"));
                None
            }
        }
    }
}

impl Drop for Docker {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            // Nobody is left to hear of it; the daemon is killed when it does not end in time.
            let _ = daemon.terminate(Duration::from_secs(20));
        }
    }
}

/// A call of Docker's own client.
pub(crate) fn docker() -> Command {
    Command::new("docker").no_stdin()
}

fn answers() -> bool {
    docker().args(["version", "--format", "{{.Server.Version}}"]).output().is_ok()
}

fn start() -> Result<Child> {
    let log = fs::File::create(Path::new(LOG))?.into_parts().0;
    let command = Command::new("dockerd").no_stdin().own_group();
    let mut daemon = command.stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log)).spawn()?;
    let end = Instant::now() + LIMIT;
    while !answers() {
        if daemon.try_wait()?.is_some() || Instant::now() > end {
            bail!("dockerd does not answer; its log is {LOG}");
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    Ok(daemon)
}
