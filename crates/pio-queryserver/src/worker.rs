//! What the front needs from whoever starts workers.

use std::future::Future;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::time::Duration;

use pio_process::child_async::AsyncChild;

/// A future in a box, as traits that are used behind a pointer need it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Starts workers.
pub trait Launch: Send + Sync + 'static {
    /// Starts a worker for an engine instance, without waiting until it is ready.
    fn launch(&self, wanted: InstanceSelector) -> BoxFuture<'_, Result<SpawnedWorker, LaunchError>>;
}

/// The engine instance that a worker should serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceSelector {
    /// What the deployment asked for at its start.
    Configured,
    /// The newest completed instance: for a reload.
    Newest,
    /// The one that served until its worker ended.
    Same(String),
}

/// A worker that was started.
pub struct SpawnedWorker {
    /// The native end of the link.
    pub link: UnixStream,
    /// The worker's process.
    pub process: Box<dyn Process>,
}

/// Why no worker was started, in whole sentences for the user.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{words}")]
pub struct LaunchError {
    /// What happened, why, and what to do.
    pub words: String,
    /// Whether trying again may help.
    pub outlook: Outlook,
}

/// Whether trying to start a worker again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// It may pass by itself.
    Passing,
    /// Trying again is useless until somebody has changed something.
    Permanent,
    /// The engine was not trained yet, as is normal where its first events are still to come.
    Untrained,
}

/// The process of a worker.
pub trait Process: Send {
    /// Waits for its end and says how it ended; may be dropped and called again.
    fn ended(&mut self) -> BoxFuture<'_, String>;
    /// Asks it to end, then kills it when the time is over.
    fn end(&mut self, grace: Duration) -> BoxFuture<'_, ()>;
}

impl Process for AsyncChild {
    fn ended(&mut self) -> BoxFuture<'_, String> {
        Box::pin(async {
            match self.wait().await {
                Ok(status) => status.to_string(),
                Err(error) => error.to_string(),
            }
        })
    }

    fn end(&mut self, grace: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Err(error) = self.terminate(grace).await {
                tracing::warn!(%error, "could not end the engine's worker");
            }
        })
    }
}
