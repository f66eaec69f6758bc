//! The async runtime, and the signals that stop a server.

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

/// A single-threaded runtime. A command does one thing at a time, and the front of an engine leaves the other
/// cores to the workers.
pub(crate) fn single() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Completes when the process is asked to end, by SIGTERM or by Ctrl-C.
///
/// The signal handlers are installed by this call, not by the first poll.
pub(crate) fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
