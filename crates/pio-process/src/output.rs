//! The output of a child process: where it goes, and its last lines.

use std::collections::VecDeque;
use std::fmt;
use std::io::{BufRead as _, BufReader, PipeReader, Read as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many lines of output an error shows.
const TAIL_LINES: usize = 40;

/// How long to wait for the rest of the output once the child has ended: a grandchild may still hold the pipe.
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// Which of its two outputs a child printed a line on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What is done with each line that a child prints.
pub(crate) type Listener = Arc<Mutex<dyn FnMut(Stream, &str) + Send>>;

/// The last lines that a child printed; prints as an indented block after a colon, or as nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tail {
    /// The lines, oldest first, without line ends.
    pub lines: VecDeque<String>,
}

impl Tail {
    /// The last lines of a whole text.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let mut tail = Self::default();
        for line in String::from_utf8_lossy(text).lines() {
            tail.push(line);
        }
        tail
    }

    fn push(&mut self, line: &str) {
        if self.lines.len() == TAIL_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line.to_owned());
    }
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lines.is_empty() {
            return Ok(());
        }
        write!(f, "; last output:")?;
        for line in &self.lines {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}

/// Threads that read what a child prints, line by line.
#[derive(Default)]
pub(crate) struct Capture {
    tail: Arc<Mutex<Tail>>,
    readers: Vec<JoinHandle<()>>,
}

impl Capture {
    /// Reads lines from one of the child's outputs until it is closed.
    pub(crate) fn read(&mut self, stream: Stream, pipe: PipeReader, listener: Option<Listener>) {
        let tail = Arc::clone(&self.tail);
        self.readers.push(std::thread::spawn(move || {
            for line in lines(pipe) {
                tail.lock().unwrap_or_else(PoisonError::into_inner).push(&line);
                if let Some(listener) = &listener {
                    listener.lock().unwrap_or_else(PoisonError::into_inner)(stream, &line);
                }
            }
        }));
    }

    /// The last lines so far; waits a moment for those that a child which has ended left in the pipe.
    pub(crate) fn finish(&mut self) -> Tail {
        let limit = Instant::now() + DRAIN_LIMIT;
        for reader in self.readers.drain(..) {
            while !reader.is_finished() && Instant::now() < limit {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("readers", &self.readers.len()).finish_non_exhaustive()
    }
}

/// How long a line may be, in bytes; a longer one is taken as several, because a child may print without ever ending a line.
const LONGEST_LINE: u64 = 64 * 1024;

/// Lines of possibly broken UTF-8, without their ends; a read error ends them.
fn lines(pipe: PipeReader) -> impl Iterator<Item = String> {
    let mut reader = BufReader::new(pipe);
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(String::from_utf8_lossy(line.trim_ascii_end()).into_owned()),
        }
    })
}
