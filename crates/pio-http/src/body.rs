//! Reading a request's body within its limits.

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use std::time::Duration;
use thiserror::Error;

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

/// Reads the whole body, at most `bytes` long and within `time`.
///
/// # Errors
/// When the body is too large, too slow or broken.
pub async fn read<B>(body: B, bytes: usize, time: Duration) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if body.size_hint().lower() > bytes as u64 {
        return Err(BodyError::TooLarge { limit: bytes });
    }
    let collected = tokio::time::timeout(time, Limited::new(body, bytes).collect())
        .await
        .map_err(|_| BodyError::TooSlow { limit: time })?;
    match collected {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(BodyError::TooLarge { limit: bytes })
        }
        Err(_) => Err(BodyError::Broken),
    }
}
