//! A server under test: a process, its port and its log.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Result, anyhow};
use fs_err as fs;
use pio_process::child::Child;
use pio_process::command::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::http::{self, Answer};

/// How long a server may take to end after SIGTERM: what platforms grant.
const GRACE: Duration = Duration::from_secs(30);

/// A running server; dropping it ends it.
#[derive(Debug)]
pub struct Server {
    name: String,
    child: Child,
    logs: TempDir,
    /// Where it listens, without a slash at the end.
    pub url: String,
}

impl Server {
    /// Starts a server that will listen on a port of the loopback address.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn start(command: Command, name: &str, port: u16) -> Result<Self> {
        let logs = tempfile::tempdir()?;
        let log = fs::File::create(logs.path().join("log"))?.into_parts().0;
        let child = command.stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log)).spawn()?;
        Ok(Self { name: name.to_owned(), child, logs, url: format!("http://127.0.0.1:{port}") })
    }

    /// Waits until a path answers 200.
    ///
    /// # Errors
    /// When it does not in time; the error shows the log.
    pub fn wait_until_ready(&self, path: &str, limit: Duration) -> Result<Answer> {
        http::wait_until_ready(&format!("{}{path}", self.url), limit)
            .map_err(|error| anyhow!("{}: {error:#}\n{}", self.name, self.log()))
    }

    /// Asks a deployed engine.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn query(&self, query: &Value) -> Result<Answer> {
        http::post(&format!("{}/queries.json", self.url), query)
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the server printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Asks the server to end (SIGTERM) and waits for it.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub fn stop(mut self) -> Result<ExitStatus> {
        Ok(self.child.terminate(GRACE)?)
    }

    /// Waits for the server to end by itself.
    ///
    /// # Errors
    /// When the operating system cannot wait.
    pub fn wait(mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }

    /// Keeps the log of a failed test where the run's logs are gathered.
    fn keep_log(&self) {
        let Some(folder) = pio_settings::env::get("PIO_E2E_LOGS").map(PathBuf::from) else { return };
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let verb = self.name.split(' ').next().unwrap_or("server");
        // A log that cannot be kept must not hide why the test failed.
        let _ = fs::copy(self.log_file(), folder.join(format!("{test}-{verb}-{}.log", self.child.id())));
    }

    fn log_file(&self) -> PathBuf {
        self.logs.path().join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.keep_log();
        }
        // Failures to end it have no reader here; the process group's kill on drop follows.
        let _ = self.child.terminate(GRACE);
    }
}
