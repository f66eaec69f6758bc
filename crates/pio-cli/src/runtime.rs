//! The async runtime and the signals that end a server.

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

/// A runtime on this thread: a command asks one thing after the other, and the front of an engine leaves the other cores to those who
/// answer its queries.
pub(crate) fn single() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Ready when the process is asked to end, by SIGTERM or by Ctrl-C.
///
/// The handlers are there from this call on, not only from the first poll.
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
