//! How fast a client sends: a slow head ends its connection, an idle connection lives longer.
//!
//! hyper has one time limit for both, so the stream itself notes when the first byte of a request comes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing, or sending a response.
    Idle = 0,
    /// Receiving the head of a request.
    Head = 1,
    /// Answering a request, which has time limits of its own.
    Answering = 2,
}

/// What a connection is doing, and since when.
#[derive(Clone)]
pub(crate) struct Pace(Arc<Inner>);

struct Inner {
    opened: Instant,
    /// Milliseconds since then, times four, plus the phase.
    state: AtomicU64,
}

impl Pace {
    fn new() -> Self {
        Self(Arc::new(Inner { opened: Instant::now(), state: AtomicU64::new(0) }))
    }

    /// Another phase begins.
    pub(crate) fn set(&self, phase: Phase) {
        let millis = u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX >> 2);
        self.0.state.store(millis << 2 | phase as u64, Relaxed);
    }

    /// What the connection is doing.
    fn phase(&self) -> Phase {
        match self.0.state.load(Relaxed) & 3 {
            0 => Phase::Idle,
            1 => Phase::Head,
            _ => Phase::Answering,
        }
    }

    /// For how long it has been doing it.
    fn time(&self) -> Duration {
        let since = Duration::from_millis(self.0.state.load(Relaxed) >> 2);
        self.0.opened.elapsed().saturating_sub(since)
    }

    /// Ends when a head or an idle time has lasted too long; tells which.
    pub(crate) async fn too_slow(&self, head_time: Duration, idle_time: Duration) -> Phase {
        loop {
            let (phase, time) = (self.phase(), self.time());
            let left = match phase {
                Phase::Idle => idle_time.saturating_sub(time),
                Phase::Head => head_time.saturating_sub(time),
                Phase::Answering => head_time,
            };
            if left.is_zero() {
                return phase;
            }
            // A head may begin at any time.
            sleep(left.min(head_time / 3)).await;
        }
    }
}

/// A stream that notes its pace.
pub(crate) struct Paced {
    stream: TcpStream,
    pace: Pace,
}

impl Paced {
    /// Begins with an idle connection.
    pub(crate) fn new(stream: TcpStream) -> (Pace, Self) {
        let pace = Pace::new();
        (pace.clone(), Self { stream, pace })
    }

    /// A response goes out: an idle connection is not idle yet.
    fn sent(&self, outcome: &Poll<io::Result<usize>>) {
        if matches!(outcome, Poll::Ready(Ok(_))) && self.pace.phase() == Phase::Idle {
            self.pace.set(Phase::Idle);
        }
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before && self.pace.phase() == Phase::Idle {
            self.pace.set(Phase::Head);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.sent(&outcome);
        outcome
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.sent(&outcome);
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
