//! What this process itself prints: output that could not be written is a failure, a reader that has gone is not.

use std::io::{self, ErrorKind, Write as _};

/// Prints a text on standard output, all of it. A reader that has gone, such as `head`, wants no more.
///
/// # Errors
/// When it cannot be written, for example because the disk is full.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    taken(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// The outcome of writing, where a reader that has gone is none.
///
/// # Errors
/// When writing has failed for another reason.
pub fn taken(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
