//! A large answer, sent slice by slice.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::budget::Share;

/// How much is handed over at a time.
pub const SLICE: usize = 32 * 1024;

/// An answer that keeps its share of the memory until its client has taken all but the last slices. As a whole it would be copied to
/// the connection's buffers at once, and be counted nowhere while the client does not read.
#[derive(Debug)]
pub struct Sliced {
    rest: Bytes,
    _share: Share,
}

impl Sliced {
    /// An answer and its share.
    #[must_use]
    pub fn new(bytes: Bytes, share: Share) -> Self {
        Self { rest: bytes, _share: share }
    }
}

impl Body for Sliced {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.rest.len().min(SLICE);
        let slice = self.rest.split_to(length);
        Poll::Ready((!slice.is_empty()).then_some(Ok(Frame::data(slice))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
