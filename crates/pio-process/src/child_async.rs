//! A running child process, watched by tokio.

use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::Signal;

use crate::error::Error;
use crate::output::{Capture, Tail};
use crate::signal;

/// A running child process under tokio. Dropping it kills the child, with its group where it has one of its own.
#[derive(Debug)]
pub struct AsyncChild {
    name: String,
    inner: tokio::process::Child,
    group: bool,
    capture: Capture,
}

impl AsyncChild {
    pub(crate) fn new(name: String, inner: tokio::process::Child, group: bool, capture: Capture) -> Self {
        Self { name, inner, group, capture }
    }

    /// The process id, until the end was waited for.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.inner.id()
    }

    /// Waits for the end; may be dropped and called again.
    ///
    /// # Errors
    /// When the operating system cannot wait.
    pub async fn wait(&mut self) -> Result<ExitStatus, Error> {
        self.inner.wait().await.map_err(|source| self.error("wait for", source))
    }

    /// Waits for the end and insists on exit code 0.
    ///
    /// # Errors
    /// When the child fails; the error shows the last lines of its output, where that was captured.
    pub async fn success(mut self) -> Result<(), Error> {
        let status = self.wait().await?;
        let tail = self.tail().await;
        if status.success() { Ok(()) } else { Err(Error::Failed { name: self.name.clone(), status, tail }) }
    }

    /// The last lines of output, where that was captured.
    pub async fn tail(&mut self) -> Tail {
        let mut capture = std::mem::take(&mut self.capture);
        tokio::task::spawn_blocking(move || capture.finish()).await.unwrap_or_default()
    }

    /// Asks the child to end (SIGTERM), gives it time, then kills it.
    ///
    /// # Errors
    /// When the operating system cannot signal it or wait for it.
    pub async fn terminate(&mut self, grace: Duration) -> Result<ExitStatus, Error> {
        self.send(Signal::TERM)?;
        if let Ok(status) = tokio::time::timeout(grace, self.wait()).await {
            return status;
        }
        self.kill().await
    }

    /// Kills the child at once.
    ///
    /// # Errors
    /// When the operating system cannot signal it or wait for it.
    pub async fn kill(&mut self) -> Result<ExitStatus, Error> {
        self.send(Signal::KILL)?;
        self.wait().await
    }

    fn send(&self, signal: Signal) -> Result<(), Error> {
        match self.id() {
            Some(pid) => signal::send(pid, self.group, signal).map_err(|source| self.error("signal", source)),
            None => Ok(()),
        }
    }

    fn error(&self, action: &'static str, source: std::io::Error) -> Error {
        Error::Watch { action, name: self.name.clone(), source }
    }
}

impl Drop for AsyncChild {
    fn drop(&mut self) {
        // tokio kills and reaps the child itself; what the child started is ours to end.
        if matches!(self.inner.try_wait(), Ok(None)) {
            let _ = self.send(Signal::KILL);
        }
    }
}
