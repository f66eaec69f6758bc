//! Standard error for programs that must never wait for whoever reads it.

use std::fmt::Display;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use crate::queue::Queue;
use crate::start;

/// How long a program that ends waits for its last lines to be written.
const LAST_LINES: Duration = Duration::from_secs(1);

static QUEUE: Queue = Queue::new();
static HAS_WRITER: AtomicBool = AtomicBool::new(false);

/// Writes a line, in the background.
pub fn line(text: impl Display) {
    print(format!("{text}\n"));
}

/// Writes a text as it is, in the background.
pub fn print(text: impl Into<Vec<u8>>) {
    QUEUE.push(text.into());
    if !HAS_WRITER.swap(true, Ordering::AcqRel) {
        let writer = std::thread::Builder::new().name("log".to_owned()).spawn(write_lines);
        // Without threads left, lines wait, and the next one tries again.
        HAS_WRITER.store(writer.is_ok(), Ordering::Release);
    }
}

/// How many lines were lost, because too many waited or because they could not be written.
#[must_use]
pub fn dropped() -> u64 {
    QUEUE.dropped()
}

/// The number of lost lines, as Prometheus reads it.
#[must_use]
pub fn metrics() -> String {
    const NAME: &str = "pio_log_lines_dropped_total";
    format!(
        "# HELP {NAME} Lines of the log that were lost, because nobody read them or they could not be written.\n\
         # TYPE {NAME} counter\n{NAME} {}\n",
        dropped()
    )
}

/// Waits a moment for what was not written yet. To be called before the program ends or becomes another one.
pub fn finish() {
    QUEUE.finish(LAST_LINES);
}

fn write_lines() {
    let mut broken = false;
    QUEUE.write_all(
        move |line| {
            // The rest of a line that was cut short must not stand before the next one.
            let start: &[u8] = if broken { b"\n" } else { b"" };
            let written = write(start).and_then(|()| write(line));
            broken = written.is_err();
            written
        },
        report,
    )
}

/// Writes to the descriptor itself: the lock of `std::io::stderr` would make everybody wait for a reader that does not read.
fn write(mut rest: &[u8]) -> io::Result<()> {
    let stderr = rustix::stdio::stderr();
    while !rest.is_empty() {
        match rustix::io::write(stderr, rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            // Another process made the pipe or terminal that we share non-blocking.
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::new(&stderr, PollFlags::OUT)], None)?;
            }
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

fn report(dropped: u64) {
    if start::has_started() {
        tracing::warn!(dropped, "{dropped} lines of this log were lost so far: they could not be written");
    } else {
        line(format_args!("{dropped} lines were lost here: they could not be written."));
    }
}
