//! A stream that fails with `TimedOut` when the client takes longer than the phase of the exchange allows, and with `InvalidData` when
//! it sends what may be read in two ways.

use crate::framing::{Framing, Malformed};
use crate::limits::Limits;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Interval, MissedTickBehavior};

use crate::connections::Connections;

/// How far an exchange is; shared by a connection's stream and its service.
///
/// While a request is being answered, silence on the stream is the server's doing and no read deadline runs.
#[derive(Clone, Default)]
pub(crate) struct Exchange(Arc<Shared>);

#[derive(Default)]
struct Shared {
    phase: AtomicU8,
    /// How many requests were begun to be answered.
    begun: AtomicU64,
    /// The number of the request whose body has not arrived as a whole; 0 where there is none.
    open_body: AtomicU64,
}

const QUIET: u8 = 0;
const ANSWERING: u8 = 1;
const ANSWERED: u8 = 2;

impl Exchange {
    pub(crate) fn begin(&self) {
        self.0.begun.fetch_add(1, Ordering::AcqRel);
        self.0.phase.store(ANSWERING, Ordering::Release);
    }

    pub(crate) fn end(&self) {
        self.0.phase.store(ANSWERED, Ordering::Release);
    }

    fn is_answering(&self) -> bool {
        self.0.phase.load(Ordering::Acquire) == ANSWERING
    }

    /// Whether an answer was finished since the last call.
    fn take_answered(&self) -> bool {
        self.0.phase.compare_exchange(ANSWERED, QUIET, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Whether the client has not sent all of the request that is being answered.
    pub(crate) fn is_body_open(&self) -> bool {
        self.0.open_body.load(Ordering::Acquire) == self.0.begun.load(Ordering::Acquire)
    }
}

/// How long a connection keeps the buffers of HTTP after an answer.
const QUIET_AFTER: Duration = Duration::from_millis(500);

/// How long a head may take, and how long a client may not read, while others wait for their turn.
const CROWDED: Duration = Duration::from_secs(3);

/// A client that takes fewer bytes than this within the time for a write is too slow.
const LEAST_TAKEN: usize = 32 * 1024;

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the connection")]
pub(crate) struct TimedStream<S> {
    inner: S,
    exchange: Exchange,
    limits: Limits,
    framing: Framing,
    malformed: Option<Malformed>,
    connections: Arc<Connections>,
    has_ended: bool,
    in_head: bool,
    is_too_slow: bool,
    is_quiet: bool,
    since: Instant,
    /// Looks at the clock a few times per limit, so that no request has to touch a timer.
    ticks: Interval,
    /// When a write had to wait, until enough was taken.
    blocked_since: Option<Instant>,
    /// How many bytes were taken since then.
    taken: usize,
}

impl<S> TimedStream<S> {
    pub(crate) fn new(inner: S, exchange: Exchange, limits: &Limits, connections: Arc<Connections>) -> Self {
        let mut ticks = tokio::time::interval(QUIET_AFTER.min(limits.header / 4));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            inner,
            exchange,
            limits: *limits,
            framing: Framing::default(),
            malformed: None,
            connections,
            has_ended: false,
            in_head: false,
            is_too_slow: false,
            is_quiet: false,
            since: Instant::now(),
            ticks,
            blocked_since: None,
            taken: 0,
        }
    }

    /// The connection itself.
    pub(crate) fn into_inner(self) -> S {
        self.inner
    }

    /// Since when nothing has been under way, where the stream failed because of that.
    pub(crate) fn quiet_since(&self) -> Option<Instant> {
        self.is_quiet.then_some(self.since)
    }

    /// What is wrong with the head of the request, where the stream failed because of that.
    pub(crate) fn malformed_head(&self) -> Option<Malformed> {
        self.malformed.filter(|_| !self.framing.is_in_body())
    }

    /// Whether the client may still be sending a request that was answered already.
    pub(crate) fn is_still_sending(&self) -> bool {
        !self.has_ended && !self.is_too_slow && (self.framing.is_in_request() || self.malformed.is_some())
    }

    /// Whether the stream failed because a head had begun and did not end in time.
    pub(crate) fn head_was_too_slow(&self) -> bool {
        self.is_too_slow && self.is_in_head()
    }

    /// Whether a head has begun: after silence, or behind the request that was answered last.
    fn is_in_head(&self) -> bool {
        self.in_head || (self.framing.is_in_request() && !self.framing.is_in_body())
    }

    fn notice_answer(&mut self) {
        if self.exchange.take_answered() {
            self.in_head = false;
            self.since = Instant::now();
        }
    }

    fn bytes_arrived(&mut self) {
        self.notice_answer();
        if !self.in_head && !self.exchange.is_answering() {
            self.in_head = true;
            self.since = Instant::now();
        }
    }

    /// Whether a head takes too long, or the connection is quiet.
    fn is_overdue(&mut self) -> bool {
        self.notice_answer();
        if self.exchange.is_answering() {
            return false;
        }
        let time = self.since.elapsed();
        if self.is_in_head() {
            self.is_too_slow = time > self.limit(self.limits.header);
        } else if self.framing.is_in_request() {
            self.is_too_slow = time > self.limits.idle;
        } else {
            self.is_quiet = time > QUIET_AFTER || self.connections.are_crowded();
        }
        self.is_too_slow || self.is_quiet
    }

    /// A limit of time, which is shorter when others wait.
    fn limit(&self, limit: Duration) -> Duration {
        if self.connections.are_crowded() { limit.min(CROWDED) } else { limit }
    }

    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut is_overdue = self.connections.are_crowded() && self.is_overdue();
        while !is_overdue && self.ticks.poll_tick(cx).is_ready() {
            is_overdue = self.is_overdue();
        }
        if is_overdue { Poll::Ready(Err(io::ErrorKind::TimedOut.into())) } else { Poll::Pending }
    }

    /// Follows what has just been read into the buffer, whose first bytes were there before. What is malformed is not passed on.
    fn follow(&mut self, buf: &mut ReadBuf<'_>, before: usize) -> io::Result<()> {
        let bytes = &buf.filled()[before..];
        self.has_ended |= bytes.is_empty();
        let followed = self.framing.advance(bytes);
        self.exchange.0.open_body.store(self.framing.open_body(), Ordering::Release);
        let Err((sound, malformed)) = followed else { return Ok(()) };
        self.malformed = Some(malformed);
        buf.set_filled(before + sound);
        if sound == 0 { Err(io::ErrorKind::InvalidData.into()) } else { Ok(()) }
    }

    /// Fails when the client has taken too little for too long.
    fn limit_write(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Poll::Pending = written else {
            if let Poll::Ready(Ok(taken)) = written {
                self.taken += taken;
                self.blocked_since = self.blocked_since.filter(|_| self.taken < LEAST_TAKEN);
            }
            return written;
        };
        let since = self.blocked_since.unwrap_or_else(|| {
            self.taken = 0;
            Instant::now()
        });
        self.blocked_since = Some(since);
        while self.ticks.poll_tick(cx).is_ready() {
            if since.elapsed() > self.limit(self.limits.write) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.malformed.is_some() {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        let before = buf.filled().len();
        match Pin::new(&mut self.inner).poll_read(cx, buf) {
            Poll::Pending => self.poll_overdue(cx),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) => {
                self.bytes_arrived();
                Poll::Ready(self.follow(buf, before))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.limit_write(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.limit_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Everything was taken; what is sent next has its own time.
        self.blocked_since = None;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_quiet || self.malformed_head().is_some() {
            // hyper takes the failure for the client's end, but there is more to come.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
