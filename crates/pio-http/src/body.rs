//! Reading a request's body within its limits.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use thiserror::Error;
use tokio::time::{Instant, timeout_at};

use crate::budget::{Account, LARGE_BODY_TIMEOUT, SMALL, Share, Size};
use crate::limits::BUSY;

/// So much of a large body is in the buffers of its connection before it needs room of its own.
const BUFFERED: usize = 16 * 1024;

/// How long a small body waits for memory.
const SMALL_BODY_TIMEOUT: Duration = Duration::from_secs(1);

/// While others wait for memory, how long a client may be silent, and how long its body may take.
const CONTENDED_SILENCE: Duration = Duration::from_secs(1);
const CONTENDED_TIME: Duration = Duration::from_secs(4);

/// The bounds of one body.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// How many bytes it may have.
    pub bytes: usize,
    /// How long it may take as a whole.
    pub time: Duration,
    /// How long its client may be silent.
    pub silence: Duration,
}

/// Why a request's body could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BodyError {
    /// The body has more bytes than the server takes (413).
    #[error("The body is larger than the {limit} bytes that this server accepts.")]
    TooLarge {
        /// The server's limit in bytes.
        limit: usize,
    },
    /// The body did not arrive in time (408).
    #[error("The body did not arrive within {} s.", limit.as_secs())]
    TooSlow {
        /// The server's limit.
        limit: Duration,
    },
    /// Nothing came for too long (408).
    #[error("Nothing of the body arrived for {} s.", limit.as_secs())]
    Silent {
        /// The server's limit.
        limit: Duration,
    },
    /// There is no memory for it (503).
    #[error("{BUSY}")]
    Overloaded,
    /// The client went away or broke the protocol (400).
    #[error("The body could not be read: the connection broke or its framing is wrong.")]
    Broken,
}

/// A body and its share of the memory, which is to be kept as long as what the body became.
#[derive(Debug)]
pub struct Received {
    /// The bytes.
    pub bytes: Bytes,
    /// Their share of the memory.
    pub share: Share,
}

/// Reads a whole body. One that is refused is left as it is: the connection reads on for a while after the answer.
///
/// # Errors
/// When the body is too large, too slow or broken, or when there is no memory for it.
pub async fn read<B>(body: B, limits: &BodyLimits, account: &Account) -> Result<Received, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    let hint = body.size_hint();
    if hint.lower() > limits.bytes as u64 {
        return Err(BodyError::TooLarge { limit: limits.bytes });
    }
    let declared = hint.exact().and_then(|exact| usize::try_from(exact).ok());
    let begun = Instant::now();
    let mut reading = Reading {
        body,
        limits,
        account,
        declared,
        size: if declared.is_some_and(|declared| declared > SMALL) { Size::Large } else { Size::Small },
        has_room: false,
        begun,
        last: begun,
        share: Share::default(),
        bytes: Pieces::None,
        length: 0,
    };
    while let Some(piece) = reading.next().await? {
        reading.take(piece).await?;
    }
    Ok(reading.finish())
}

struct Reading<'a, B> {
    body: B,
    limits: &'a BodyLimits,
    account: &'a Account,
    declared: Option<usize>,
    size: Size,
    /// Whether the rest of a large body has its room.
    has_room: bool,
    begun: Instant,
    last: Instant,
    share: Share,
    bytes: Pieces,
    length: usize,
}

/// Most bodies come in one piece, which is not copied.
enum Pieces {
    None,
    One(Bytes),
    Many(BytesMut),
}

impl<B: Body<Data = Bytes> + Unpin> Reading<'_, B> {
    /// The next bytes; nothing at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        loop {
            let step = self.last + self.limits.silence.min(CONTENDED_SILENCE);
            let until = step.max(Instant::now() + CONTENDED_SILENCE / 4).min(self.end());
            match timeout_at(until, self.body.frame()).await {
                Ok(None) => return Ok(None),
                Ok(Some(Err(_))) => return Err(BodyError::Broken),
                Ok(Some(Ok(frame))) => {
                    // Trailers say nothing here.
                    let Ok(data) = frame.into_data() else { continue };
                    if self.begun.elapsed() > self.limits.time {
                        return Err(BodyError::TooSlow { limit: self.limits.time });
                    }
                    self.check_contention()?;
                    self.last = Instant::now();
                    return Ok(Some(data));
                }
                Err(_) => self.check_time()?,
            }
        }
    }

    fn end(&self) -> Instant {
        (self.begun + self.limits.time).min(self.last + self.limits.silence)
    }

    fn check_time(&self) -> Result<(), BodyError> {
        let BodyLimits { time, silence, .. } = *self.limits;
        if self.begun.elapsed() >= time {
            return Err(BodyError::TooSlow { limit: time });
        }
        if self.last.elapsed() >= silence {
            return Err(BodyError::Silent { limit: silence });
        }
        self.check_contention()
    }

    /// A slow client gives up its memory and its place when others wait for them.
    fn check_contention(&self) -> Result<(), BodyError> {
        let is_slow = self.last.elapsed() >= CONTENDED_SILENCE || self.begun.elapsed() >= CONTENDED_TIME;
        let is_in_the_way = is_slow && self.account.is_contended(self.size);
        if is_in_the_way { Err(BodyError::Overloaded) } else { Ok(()) }
    }

    async fn take(&mut self, piece: Bytes) -> Result<(), BodyError> {
        let length = self.length + piece.len();
        if length > self.limits.bytes {
            return Err(BodyError::TooLarge { limit: self.limits.bytes });
        }
        if self.size == Size::Small && length > SMALL {
            // What it holds of the small lane must not wait with it.
            self.share = Share::default();
            self.size = Size::Large;
        }
        match self.size {
            Size::Small => self.pay(piece.len(), SMALL_BODY_TIMEOUT).await?,
            Size::Large if !self.has_room && length > BUFFERED => {
                self.pay(self.declared.unwrap_or(self.limits.bytes), LARGE_BODY_TIMEOUT).await?;
                self.has_room = true;
                // The wait was not the client's.
                self.begun = Instant::now();
            }
            Size::Large => {}
        }
        self.last = Instant::now();
        self.length = length;
        self.bytes = std::mem::replace(&mut self.bytes, Pieces::None).with(piece, self.declared);
        Ok(())
    }

    async fn pay(&mut self, bytes: usize, timeout_after: Duration) -> Result<(), BodyError> {
        let paid = self.account.take(&mut self.share, self.size, bytes, timeout_after).await;
        paid.map_err(|_| BodyError::Overloaded)
    }

    fn finish(mut self) -> Received {
        self.share.shrink(self.length);
        let bytes = match self.bytes {
            Pieces::None => Bytes::new(),
            Pieces::One(bytes) => bytes,
            Pieces::Many(bytes) => bytes.freeze(),
        };
        Received { bytes, share: self.share }
    }
}

impl Pieces {
    fn with(self, piece: Bytes, declared: Option<usize>) -> Self {
        let mut many = match self {
            Self::None => return Self::One(piece),
            Self::One(first) => {
                let so_far = first.len() + piece.len();
                // A declared length is not taken on trust beyond what has come already, eightfold.
                let ahead = declared.unwrap_or(0).min(so_far * 8).max(so_far);
                let mut many = BytesMut::with_capacity(ahead);
                many.extend_from_slice(&first);
                many
            }
            Self::Many(many) => many,
        };
        many.extend_from_slice(&piece);
        Self::Many(many)
    }
}
