//! The connections of one server: how many there are, which are idle, and who waits.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// How many connections a server has, for its metrics and for itself.
#[derive(Debug, Default)]
pub struct Connections {
    /// Those that are open.
    pub open: AtomicU64,
    /// Those that were refused because too many were open or had a request under way, since the server's start.
    pub refused: AtomicU64,
    /// Those that were closed while they were idle to make room for others, since the server's start.
    pub evicted: AtomicU64,
    waiting: AtomicUsize,
    idle: Mutex<Idle>,
}

/// The connections on which no request is under way, the longest idle first.
#[derive(Debug, Default)]
struct Idle {
    next: u64,
    closers: BTreeMap<u64, oneshot::Sender<()>>,
}

impl Connections {
    /// Whether requests wait for memory or for their turn. Slow clients are then given less time.
    #[must_use]
    pub fn are_crowded(&self) -> bool {
        self.waiting.load(Relaxed) > 0
    }

    /// Counts somebody who waits until what is given back is dropped.
    pub(crate) fn wait(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Relaxed);
        Waiting(self)
    }

    /// How many connections are idle.
    #[must_use]
    pub fn idle(&self) -> usize {
        self.lock().closers.len()
    }

    /// Closes the connections that have been idle longest. Tells how many of so many it found.
    pub fn evict(&self, count: usize) -> usize {
        let mut idle = self.lock();
        let mut evicted = 0;
        while evicted < count
            && let Some((_, closer)) = idle.closers.pop_first()
        {
            // One that has just woken up closes nothing.
            evicted += usize::from(closer.send(()).is_ok());
        }
        self.evicted.fetch_add(evicted as u64, Relaxed);
        evicted
    }

    /// Counts a connection as idle until its place is dropped.
    pub(crate) fn idle_place(self: &Arc<Self>) -> IdlePlace {
        let (closer, close_asked) = oneshot::channel();
        let mut idle = self.lock();
        let number = idle.next;
        idle.next += 1;
        idle.closers.insert(number, closer);
        drop(idle);
        IdlePlace { connections: self.clone(), number, closed: close_asked }
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits.
pub(crate) struct Waiting<'a>(&'a Connections);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

/// A connection that is idle.
pub(crate) struct IdlePlace {
    connections: Arc<Connections>,
    number: u64,
    closed: oneshot::Receiver<()>,
}

impl IdlePlace {
    /// Waits until the connection is to be closed for others.
    pub(crate) async fn evicted(&mut self) {
        // The sender goes only with the connection itself.
        drop((&mut self.closed).await);
    }
}

impl Drop for IdlePlace {
    fn drop(&mut self) {
        self.connections.lock().closers.remove(&self.number);
    }
}
