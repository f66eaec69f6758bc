//! A stream that fails with `TimedOut` when the client takes longer than the phase of the exchange allows.

use crate::limits::Limits;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep};

/// How far an exchange is; shared by a connection's stream and its service.
///
/// While a request is being answered, silence on the stream is the server's doing and no read deadline runs.
#[derive(Clone, Default)]
pub(crate) struct Exchange(Arc<AtomicU8>);

const QUIET: u8 = 0;
const ANSWERING: u8 = 1;
const ANSWERED: u8 = 2;

impl Exchange {
    pub(crate) fn begin(&self) {
        self.0.store(ANSWERING, Ordering::Release);
    }

    pub(crate) fn end(&self) {
        self.0.store(ANSWERED, Ordering::Release);
    }

    fn is_answering(&self) -> bool {
        self.0.load(Ordering::Acquire) == ANSWERING
    }

    /// Whether an answer was finished since the last call.
    fn take_answered(&self) -> bool {
        self.0.compare_exchange(ANSWERED, QUIET, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

pub(crate) struct TimedStream<S> {
    inner: S,
    exchange: Exchange,
    limits: Limits,
    in_head: bool,
    is_too_slow: bool,
    since: Instant,
    /// Looks at the clock a few times per limit, so that no request has to touch a timer.
    ticks: Interval,
    write_deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> TimedStream<S> {
    pub(crate) fn new(inner: S, exchange: Exchange, limits: &Limits) -> Self {
        let mut ticks = tokio::time::interval(limits.header / 4);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            inner,
            exchange,
            limits: *limits,
            in_head: false,
            is_too_slow: false,
            since: Instant::now(),
            ticks,
            write_deadline: None,
        }
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

    fn limit_write<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write_deadline = None;
            return written;
        }
        let write = self.limits.write;
        let deadline = self.write_deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep(write)));
        deadline.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_read(cx, buf) {
            Poll::Pending => self.poll_overdue(cx),
            ready @ Poll::Ready(_) => {
                self.bytes_arrived();
                ready
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
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
