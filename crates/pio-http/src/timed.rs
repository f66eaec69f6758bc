//! A stream that fails with `TimedOut` when the client takes longer than the phase of the exchange allows, and with `InvalidData` when
//! it sends what may be read in two ways.

use crate::framing::{Framing, Malformed};
use crate::limits::Limits;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep};

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

/// A client that takes fewer bytes than this within the time for a write is too slow.
const LEAST_TAKEN: usize = 32 * 1024;

pub(crate) struct TimedStream<S> {
    inner: S,
    exchange: Exchange,
    limits: Limits,
    framing: Framing,
    malformed: Option<Malformed>,
    has_ended: bool,
    in_head: bool,
    is_too_slow: bool,
    since: Instant,
    /// Looks at the clock a few times per limit, so that no request has to touch a timer.
    ticks: Interval,
    /// Runs from the first write that has to wait until enough was taken.
    write_deadline: Option<Pin<Box<Sleep>>>,
    /// How many bytes were taken since then.
    taken: usize,
}

impl<S> TimedStream<S> {
    pub(crate) fn new(inner: S, exchange: Exchange, limits: &Limits) -> Self {
        let mut ticks = tokio::time::interval(limits.header / 4);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            inner,
            exchange,
            limits: *limits,
            framing: Framing::default(),
            malformed: None,
            has_ended: false,
            in_head: false,
            is_too_slow: false,
            since: Instant::now(),
            ticks,
            write_deadline: None,
            taken: 0,
        }
    }

    /// The connection itself.
    pub(crate) fn into_inner(self) -> S {
        self.inner
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
        self.is_too_slow && self.in_head
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

    fn is_overdue(&mut self) -> bool {
        self.notice_answer();
        let limit = if self.in_head { self.limits.header } else { self.limits.idle };
        !self.exchange.is_answering() && self.since.elapsed() > limit
    }

    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.ticks.poll_tick(cx).is_ready() {
            if self.is_overdue() {
                self.is_too_slow = true;
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        Poll::Pending
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
        match written {
            Poll::Ready(outcome) => {
                self.taken += outcome.as_ref().map_or(0, |taken| *taken);
                if self.taken >= LEAST_TAKEN {
                    self.write_deadline = None;
                }
                Poll::Ready(outcome)
            }
            Poll::Pending => {
                if self.write_deadline.is_none() {
                    self.taken = 0;
                }
                let write = self.limits.write;
                let deadline = self.write_deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(write)));
                deadline.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
        }
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
        self.write_deadline = None;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.malformed_head().is_some() {
            // hyper takes the failure for the client's end; the answer that says why is still to come.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
