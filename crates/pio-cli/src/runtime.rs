//! The async runtime and the signals that end a server.

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

/// A runtime on this thread: a command asks one thing after the other.
pub(crate) fn single() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// A runtime for a server that hands queries on: the rest of the machine is for those who answer them.
pub(crate) fn server() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()
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
