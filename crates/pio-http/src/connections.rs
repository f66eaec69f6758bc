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
    wanted_places: AtomicUsize,
    wanted_memory: AtomicUsize,
    idle: Mutex<Idle>,
}

/// The connections on which no request is under way, the longest idle first.
#[derive(Debug, Default)]
struct Idle {
    next: u64,
    closers: BTreeMap<u64, oneshot::Sender<()>>,
}

impl Connections {
    /// Whether requests wait for their turn, or for memory that all of them share. Slow clients are then given less time.
    #[must_use]
    pub fn are_crowded(&self) -> bool {
        self.is_place_wanted() || self.wanted_memory.load(Relaxed) > 0
    }

    /// Whether requests wait for their turn.
    pub(crate) fn is_place_wanted(&self) -> bool {
        self.wanted_places.load(Relaxed) > 0
    }

    /// Counts a request that waits for its turn, until what is given back is dropped.
    pub(crate) fn wait_for_place(&self) -> Waiting<'_> {
        Waiting::new(&self.wanted_places)
    }

    /// Counts a request that waits for memory that all share, until what is given back is dropped.
    pub(crate) fn wait_for_memory(&self) -> Waiting<'_> {
        Waiting::new(&self.wanted_memory)
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
            // One that has just woken up is gone from the list, or goes on all the same.
            evicted += usize::from(closer.send(()).is_ok());
        }
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

/// Somebody who waits, in a count of those who do.
pub(crate) struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    pub(crate) fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
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
        // Counted here, because one that was asked may have woken up.
        self.connections.evicted.fetch_add(1, Relaxed);
    }
}

impl Drop for IdlePlace {
    fn drop(&mut self) {
        self.connections.lock().closers.remove(&self.number);
    }
}
