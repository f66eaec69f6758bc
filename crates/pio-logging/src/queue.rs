//! A bounded queue between those who log and the thread that writes.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many bytes may wait. A longer line is taken where nothing else waits.
const CAPACITY: usize = 1024 * 1024;

/// Lines that wait to be written.
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    dropped: AtomicU64,
}

struct State {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Whether a line was taken and is being written.
    is_writing: bool,
}

impl Queue {
    pub(crate) const fn new() -> Self {
        let state = State { lines: VecDeque::new(), bytes: 0, is_writing: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), dropped: AtomicU64::new(0) }
    }

    /// Adds a line, or drops and counts it where too much waits already.
    pub(crate) fn push(&self, line: Vec<u8>) {
        let mut state = self.lock();
        if !state.lines.is_empty() && state.bytes + line.len() > CAPACITY {
            drop(state);
            self.dropped.fetch_add(1, Relaxed);
            return;
        }
        state.bytes += line.len();
        state.lines.push_back(line);
        self.changed.notify_all();
    }

    /// How many lines were lost so far.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Writes lines for ever. `report` tells how many were lost, after the first line that could be written again.
    pub(crate) fn write_all(
        &self,
        mut write: impl FnMut(&[u8]) -> io::Result<()>,
        report: impl Fn(u64),
    ) -> ! {
        let mut reported = 0;
        loop {
            let line = self.take();
            let written = write(&line);
            if written.is_err() {
                self.dropped.fetch_add(1, Relaxed);
            }
            let dropped = self.dropped();
            if written.is_ok() && dropped > reported && self.has_room() {
                report(dropped);
                reported = dropped;
            }
            self.done();
        }
    }

    /// Waits until everything is written, but no longer than this.
    pub(crate) fn finish(&self, limit: Duration) {
        let end = Instant::now() + limit;
        let mut state = self.lock();
        while !state.lines.is_empty() || state.is_writing {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn take(&self) -> Vec<u8> {
        let mut state = self.lock();
        loop {
            if let Some(line) = state.lines.pop_front() {
                state.bytes -= line.len();
                state.is_writing = true;
                return line;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self) {
        self.lock().is_writing = false;
        self.changed.notify_all();
    }

    /// Whether a report would not be dropped itself.
    fn has_room(&self) -> bool {
        self.lock().bytes < CAPACITY / 2
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::sync::{Mutex, PoisonError};
    use std::time::Duration;

    use super::{CAPACITY, Queue};

    /// A queue whose writes succeed or fail as the test says, one by one.
    struct Driven {
        queue: &'static Queue,
        outcomes: Sender<bool>,
        written: Receiver<String>,
    }

    fn driven() -> Driven {
        let queue: &'static Queue = Box::leak(Box::new(Queue::new()));
        let (outcomes, allowed) = channel::<bool>();
        let (sender, written) = channel();
        let allowed = Mutex::new(allowed);
        std::thread::spawn(move || {
            queue.write_all(
                move |line| {
                    let allowed = allowed.lock().unwrap_or_else(PoisonError::into_inner);
                    if !allowed.recv().unwrap_or(false) {
                        return Err(io::Error::other("no space left"));
                    }
                    sender.send(String::from_utf8_lossy(line).into_owned()).map_err(io::Error::other)
                },
                |dropped| queue.push(format!("lost {dropped}").into_bytes()),
            )
        });
        Driven { queue, outcomes, written }
    }

    #[test]
    fn lines_beyond_the_capacity_are_dropped_counted_and_reported() {
        let Driven { queue, outcomes, written } = driven();
        let line = vec![b'x'; CAPACITY / 4];
        // One of them may be with the writer already.
        for _ in 0..10 {
            queue.push(line.clone());
        }
        let dropped = queue.dropped();
        assert!((5..=6).contains(&dropped), "{dropped}");
        queue.finish(Duration::from_millis(1));
        for _ in 0..=(10 - dropped) {
            outcomes.send(true).unwrap();
        }
        queue.finish(Duration::from_mins(1));
        let last = written.try_iter().find(|line| line.starts_with("lost"));
        assert_eq!(last, Some(format!("lost {dropped}")));
    }

    #[test]
    fn lines_that_could_not_be_written_are_counted_and_reported_once() {
        let Driven { queue, outcomes, written } = driven();
        for (line, outcome) in [("a", false), ("b", false), ("c", true)] {
            queue.push(line.into());
            outcomes.send(outcome).unwrap();
        }
        outcomes.send(true).unwrap();
        queue.finish(Duration::from_mins(1));
        queue.push("d".into());
        outcomes.send(true).unwrap();
        queue.finish(Duration::from_mins(1));
        assert_eq!(written.try_iter().collect::<Vec<_>>(), ["c", "lost 2", "d"]);
        assert_eq!(queue.dropped(), 2);
    }

    #[test]
    fn a_line_longer_than_the_capacity_is_taken_alone() {
        let Driven { queue, outcomes, written } = driven();
        queue.push(vec![b'x'; CAPACITY + 1]);
        outcomes.send(true).unwrap();
        queue.finish(Duration::from_mins(1));
        assert_eq!(written.try_recv().unwrap().len(), CAPACITY + 1);
    }
}
