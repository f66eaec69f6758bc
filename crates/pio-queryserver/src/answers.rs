//! The shapes of answers.

use bytes::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use pio_http::budget::Share;
use pio_http::sliced::Sliced;
use serde_json::{Value, json};

/// An answer whose body is there as a whole.
pub(crate) type Answer = Response<Whole>;

/// The body of an answer.
pub(crate) type Whole = Sliced;

pub(crate) const JSON: &str = "application/json";
pub(crate) const TEXT: &str = "text/plain; charset=UTF-8";
pub(crate) const HTML: &str = "text/html; charset=UTF-8";

pub(crate) fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    large(status, content_type, body, Share::default())
}

/// An answer that keeps its share of the memory until it is sent.
pub(crate) fn large(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
    share: Share,
) -> Answer {
    let mut answer = Response::new(Sliced::new(body.into(), share));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

pub(crate) fn text(status: StatusCode, words: impl Into<Bytes>) -> Answer {
    answer(status, TEXT, words)
}

pub(crate) fn json(status: StatusCode, value: &Value) -> Answer {
    answer(status, JSON, value.to_string())
}

/// An answer that only says something to the client.
pub(crate) fn message(status: StatusCode, words: &str) -> Answer {
    json(status, &json!({ "message": words }))
}

/// 503 with the seconds after which it is worth trying again.
pub(crate) fn unavailable(words: &str, seconds: u32) -> Answer {
    let mut answer = message(StatusCode::SERVICE_UNAVAILABLE, words);
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    answer
}

pub(crate) fn method_not_allowed(allowed: &'static str) -> Answer {
    let words = format!("HTTP method not allowed, supported methods: {allowed}");
    let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, words);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    answer
}
