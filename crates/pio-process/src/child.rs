//! A running child process, watched from an ordinary thread.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::error::Error;
use crate::output::{Capture, Tail};
use crate::signal;

/// How often a child that was asked to end is looked at.
const POLL: Duration = Duration::from_millis(10);

/// A running child process. Dropping it kills the child, unless it was detached.
#[derive(Debug)]
pub struct Child {
    name: String,
    inner: std::process::Child,
    group: bool,
    capture: Capture,
    detached: bool,
}

impl Child {
    pub(crate) fn new(name: String, inner: std::process::Child, group: bool, capture: Capture) -> Self {
        Self { name, inner, group, capture, detached: false }
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.inner.id()
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// When the operating system cannot wait.
    pub fn wait(&mut self) -> Result<ExitStatus, Error> {
        self.inner.wait().map_err(|source| self.error("wait for", source))
    }

    /// How the child ended, if it has.
    ///
    /// # Errors
    /// When the operating system cannot tell.
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>, Error> {
        self.inner.try_wait().map_err(|source| self.error("wait for", source))
    }

    /// Waits for the end and insists on exit code 0.
    ///
    /// # Errors
    /// When the child fails; the error shows the last lines of its output, where that was captured.
    pub fn success(mut self) -> Result<(), Error> {
        let status = self.wait()?;
        let tail = self.capture.finish();
        if status.success() { Ok(()) } else { Err(Error::Failed { name: self.name.clone(), status, tail }) }
    }

    /// The last lines of output, where that was captured.
    pub fn tail(&mut self) -> Tail {
        self.capture.finish()
    }

    /// Asks the child to end (SIGTERM), gives it time, then kills it.
    ///
    /// # Errors
    /// When the operating system cannot signal it or wait for it.
    pub fn terminate(&mut self, grace: Duration) -> Result<ExitStatus, Error> {
        if let Some(status) = self.try_wait()? {
            return Ok(status);
        }
        self.send(Signal::TERM)?;
        let limit = Instant::now() + grace;
        while Instant::now() < limit {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(POLL);
        }
        self.send(Signal::KILL)?;
        self.wait()
    }

    /// Lets the child live on when this handle, or this process, is gone.
    pub fn detach(mut self) {
        self.detached = true;
    }

    fn send(&self, signal: Signal) -> Result<(), Error> {
        signal::send(self.id(), self.group, signal).map_err(|source| self.error("signal", source))
    }

    fn error(&self, action: &'static str, source: std::io::Error) -> Error {
        Error::Watch { action, name: self.name.clone(), source }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.detached && matches!(self.try_wait(), Ok(None)) && self.send(Signal::KILL).is_ok() {
            let _ = self.inner.wait();
        }
    }
}
