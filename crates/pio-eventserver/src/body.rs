//! Reading a request's body within limits of size, time and memory.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::body::{Body, Bytes};
use hyper::header::{ACCEPT, CONTENT_TYPE, EXPECT};
use pio_http::body::discard;
use pio_http::encoding::compression;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::config::Limits;
use crate::errors::Refusal;

/// How long a body waits for others to be done with before its request is refused.
const PATIENCE: Duration = Duration::from_secs(1);

/// The media type of events.
pub(crate) const JSON: &str = "application/json";

/// The media type of forms, which may be empty.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The memory that all bodies share.
#[derive(Clone)]
pub(crate) struct Budget(Arc<Semaphore>);

/// A body and its share of the memory.
pub(crate) struct Read {
    bytes: Bytes,
    share: Share,
}

/// A share of the memory, until it is dropped.
pub(crate) struct Share(
    #[expect(dead_code, reason = "held until what the body became is done with")]
    Option<OwnedSemaphorePermit>,
);

impl Budget {
    /// A budget of this many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    async fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let count = u32::try_from(bytes).map_err(|_| Refusal::Overloaded)?;
        if let Ok(share) = self.0.clone().try_acquire_many_owned(count) {
            return Ok(share);
        }
        match timeout(PATIENCE, self.0.clone().acquire_many_owned(count)).await {
            Ok(Ok(share)) => Ok(share),
            _ => Err(Refusal::Overloaded),
        }
    }
}

impl Read {
    /// Makes something of the body's text, which is dropped. Its share of the memory is then that of what became of it.
    pub(crate) fn parse<T>(
        self,
        parse: impl FnOnce(&str) -> Result<T, Refusal>,
    ) -> Result<(T, Share), Refusal> {
        let text = std::str::from_utf8(&self.bytes).map_err(|_| Refusal::NotUtf8)?;
        Ok((parse(text)?, self.share))
    }
}

/// Reads a body of at most `limit` bytes, which must be of type `expected`.
pub(crate) async fn read<B>(
    mut body: B,
    headers: &HeaderMap,
    expected: &'static str,
    limit: usize,
    budget: &Budget,
    limits: &Limits,
) -> Result<Read, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    check_type(headers, expected, body.is_end_stream())?;
    check_encoding(headers)?;
    let reading = async {
        if body.size_hint().lower() > limit as u64 {
            if !headers.contains_key(EXPECT) {
                discard(&mut body).await;
            }
            return Err(Refusal::TooLarge(limit));
        }
        let read = collect(&mut body, limit, budget).await?;
        if read.bytes.is_empty() && expected == JSON { Err(Refusal::NoBody) } else { Ok(read) }
    };
    timeout(limits.body_time, reading).await.map_err(|_| Refusal::SlowBody(limits.body_time))?
}

/// The type must be right; a request without body and type is told of the body.
fn check_type(headers: &HeaderMap, expected: &'static str, is_empty: bool) -> Result<(), Refusal> {
    match headers.get(CONTENT_TYPE) {
        None if is_empty => Ok(()),
        Some(value) if essence(value.as_bytes()).eq_ignore_ascii_case(expected.as_bytes()) => Ok(()),
        _ => Err(Refusal::ContentType(expected)),
    }
}

/// A compressed body is told of as such.
fn check_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    match compression(headers) {
        Some(encoding) => Err(Refusal::Compressed(encoding.to_owned())),
        None => Ok(()),
    }
}

/// A media type without its parameters.
fn essence(value: &[u8]) -> &[u8] {
    value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii()
}

async fn collect<B>(body: &mut B, limit: usize, budget: &Budget) -> Result<Read, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut bytes = Bytes::new();
    let mut many = Vec::new();
    let mut share: Option<OwnedSemaphorePermit> = None;
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|_| Refusal::BrokenBody)?.into_data() else { continue };
        if bytes.len().max(many.len()) + piece.len() > limit {
            discard(body).await;
            return Err(Refusal::TooLarge(limit));
        }
        let Ok(more) = budget.take(piece.len()).await else {
            // A client that is still sending would not hear why.
            drop((bytes, many, share));
            discard(body).await;
            return Err(Refusal::Overloaded);
        };
        match &mut share {
            Some(share) => share.merge(more),
            None => share = Some(more),
        }
        if bytes.is_empty() && many.is_empty() {
            bytes = piece;
        } else {
            if many.is_empty() {
                many.reserve(size_ahead(body, bytes.len() + piece.len()));
                many.extend_from_slice(&std::mem::take(&mut bytes));
            }
            many.extend_from_slice(&piece);
        }
    }
    Ok(Read { bytes: if many.is_empty() { bytes } else { many.into() }, share: Share(share) })
}

/// The room for the whole body, where its length is known; not taken on trust beyond what has come already, eightfold.
fn size_ahead<B: Body>(body: &B, so_far: usize) -> usize {
    let rest = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    so_far + rest.min(so_far * 8)
}

/// Whether the client takes JSON.
pub(crate) fn check_accept(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut ranges =
        headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    let accepts = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_refused =
            parts.any(|part| part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0));
        !is_refused && matches!(range.as_str(), "" | "*/*" | "application/*" | "application/json" | "*")
    };
    if !headers.contains_key(ACCEPT) || ranges.any(accepts) { Ok(()) } else { Err(Refusal::NotAcceptable) }
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use hyper::header::ACCEPT;

    use super::{check_accept, essence};

    #[test]
    fn media_types_are_compared_without_parameters() {
        assert_eq!(essence(b"application/json ; charset=utf-8"), b"application/json");
    }

    #[test]
    fn clients_that_take_no_json_are_noticed() {
        let accepts =
            |value: &str| check_accept(&HeaderMap::from_iter([(ACCEPT, value.parse().unwrap())])).is_ok();
        assert!(check_accept(&HeaderMap::new()).is_ok());
        for value in
            ["*/*", "application/json", "text/html, application/*;q=0.5", "Application/JSON; v=1", ""]
        {
            assert!(accepts(value), "{value}");
        }
        for value in ["text/html", "application/xml", "application/json;q=0"] {
            assert!(!accepts(value), "{value}");
        }
    }
}
