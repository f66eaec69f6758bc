//! Reading a request's body within its limits.

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::Request;
use hyper::body::Body;
use hyper::header::EXPECT;
use std::time::Duration;
use thiserror::Error;
use tokio::time::timeout;

/// Why a request's body could not be read.
#[derive(Debug, Error)]
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
    /// The client went away or broke the protocol (400).
    #[error("The body could not be read: the connection broke or its framing is wrong.")]
    Broken,
}

/// So much of a refused body is read.
const MAX_DISCARDED: usize = 64 * 1024 * 1024;

/// Reads the whole body of a request, at most `bytes` long and within `time`.
///
/// # Errors
/// When the body is too large, too slow or broken.
pub async fn read<B>(request: Request<B>, bytes: usize, time: Duration) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, mut body) = request.into_parts();
    let is_declared = body.size_hint().lower() > bytes as u64;
    if !is_declared {
        let reading = Limited::new(&mut body, bytes).collect();
        let read = timeout(time, reading).await.map_err(|_| BodyError::TooSlow { limit: time })?;
        match read {
            Ok(whole) => return Ok(whole.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => {}
            Err(_) => return Err(BodyError::Broken),
        }
    }
    // Who asks before sending sends nothing. Whatever becomes of the rest, the answer is that it is too large.
    if !is_declared || !head.headers.contains_key(EXPECT) {
        let _ = timeout(time, discard(&mut body)).await;
    }
    Err(BodyError::TooLarge { limit: bytes })
}

/// Reads the rest of a body that is refused, and forgets it: a client that sends first and listens later gets its answer so.
pub async fn discard<B>(body: &mut B)
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut so_far = 0;
    // What is no data, trailers or an error, is the end.
    while let Some(frame) = body.frame().await {
        so_far +=
            frame.ok().and_then(|frame| frame.into_data().ok()).map_or(MAX_DISCARDED, |data| data.len());
        if so_far >= MAX_DISCARDED {
            break;
        }
    }
}
