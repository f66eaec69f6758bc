//! The bounds within which a client may use a connection.

use std::time::Duration;

/// What a client is told whose request would need more memory, or another turn, than there is (503).
pub const BUSY: &str = "The server has as much work as it can hold. Try again in a moment.";

/// Time and size limits of one server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a request's head may take from its first byte to its last.
    pub header: Duration,
    /// How long a request's body may take.
    pub body: Duration,
    /// How long a client may be silent in the middle of a body.
    pub silence: Duration,
    /// How many bytes a request's body may have.
    pub body_bytes: usize,
    /// How long a kept-alive connection may be silent. Longer than the 90 s for which platform routers keep theirs,
    /// so that a router never sends a request into a connection that is being closed.
    pub idle: Duration,
    /// How long a client may take to read 32 KiB of what is sent to it.
    pub write: Duration,
    /// How many connections are open at once. For a further one the one that has been idle longest is closed; where none is idle, the
    /// further one is refused.
    pub connections: usize,
    /// How many connections have a request under way at once; others wait for a moment.
    pub active: usize,
    /// How many bytes the system keeps of what a connection sends or receives; nothing where it decides itself.
    pub socket_buffer: Option<usize>,
    /// How long requests in flight may go on after shutdown was asked for.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(15),
            body: Duration::from_secs(30),
            silence: Duration::from_secs(10),
            body_bytes: 8 * 1024 * 1024,
            idle: Duration::from_secs(95),
            write: Duration::from_secs(30),
            connections: 4096,
            active: 4096,
            socket_buffer: None,
            drain: Duration::from_secs(25),
        }
    }
}
