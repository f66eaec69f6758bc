//! Reading a request's body: its type, its encoding, its text.

use std::error::Error;

use hyper::HeaderMap;
use hyper::body::{Body, Bytes};
use hyper::header::{ACCEPT, CONTENT_TYPE};
use pio_http::body::{BodyError, BodyLimits, Received};
use pio_http::budget::{Account, Share};
use pio_http::encoding::compression;

use crate::config::Limits;
use crate::errors::ApiError;

/// The media type of events.
pub(crate) const JSON: &str = "application/json";

/// The media type of forms, which may be empty.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A body and its share of the memory.
pub(crate) struct Read(Received);

impl Read {
    /// Makes something of the body's text, which is dropped. Its share of the memory is then that of what became of it.
    pub(crate) fn parse<T>(
        self,
        parse: impl FnOnce(&str) -> Result<T, ApiError>,
    ) -> Result<(T, Share), ApiError> {
        let text = std::str::from_utf8(&self.0.bytes).map_err(|_| ApiError::NotUtf8)?;
        Ok((parse(text)?, self.0.share))
    }
}

/// Reads a body of at most `limit` bytes, which must be of type `expected`.
pub(crate) async fn read<B>(
    body: B,
    headers: &HeaderMap,
    expected: &'static str,
    limit: usize,
    account: &Account,
    limits: &Limits,
) -> Result<Read, ApiError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    check_type(headers, expected, body.is_end_stream())?;
    check_encoding(headers)?;
    let limits = BodyLimits { bytes: limit, time: limits.body_time, silence: limits.body_silence };
    let received = pio_http::body::read(body, &limits, account).await.map_err(|error| api_error(&error))?;
    if received.bytes.is_empty() && expected == JSON { Err(ApiError::NoBody) } else { Ok(Read(received)) }
}

fn api_error(error: &BodyError) -> ApiError {
    match *error {
        BodyError::TooLarge { limit } => ApiError::TooLarge(limit),
        BodyError::TooSlow { limit } => ApiError::SlowBody(limit),
        BodyError::Silent { limit } => ApiError::SilentBody(limit),
        BodyError::Overloaded => ApiError::Overloaded,
        BodyError::Broken => ApiError::BrokenBody,
    }
}

/// The type must be right; a request without body and type is told of the body.
fn check_type(headers: &HeaderMap, expected: &'static str, is_empty: bool) -> Result<(), ApiError> {
    match headers.get(CONTENT_TYPE) {
        None if is_empty => Ok(()),
        Some(value) if essence(value.as_bytes()).eq_ignore_ascii_case(expected.as_bytes()) => Ok(()),
        _ => Err(ApiError::ContentType(expected)),
    }
}

/// Refuses a compressed body with 415, because it would look like broken JSON.
fn check_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    match compression(headers) {
        Some(encoding) => Err(ApiError::Compressed(encoding.to_owned())),
        None => Ok(()),
    }
}

/// A media type without its parameters.
fn essence(value: &[u8]) -> &[u8] {
    value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii()
}

/// Whether the client takes JSON.
pub(crate) fn check_accept(headers: &HeaderMap) -> Result<(), ApiError> {
    let mut ranges =
        headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
    let accepts = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_refused =
            parts.any(|part| part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0));
        !is_refused && matches!(range.as_str(), "" | "*/*" | "application/*" | "application/json" | "*")
    };
    if !headers.contains_key(ACCEPT) || ranges.any(accepts) { Ok(()) } else { Err(ApiError::NotAcceptable) }
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
