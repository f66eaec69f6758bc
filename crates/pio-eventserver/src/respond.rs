//! Responses.

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Either, Full};
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Response, StatusCode};
use pio_http::budget::{SMALL, Share};
use pio_http::sliced::Sliced;

use crate::errors::ApiError;
use pio_json::text::quote;

/// The body of a response: whole, or in pieces as they are read from the database.
pub type ApiBody = Either<Full<Bytes>, UnsyncBoxBody<Bytes, StreamAborted>>;

/// A response in pieces cannot be completed; its connection is closed.
#[derive(Debug, thiserror::Error)]
#[error("the events could not all be read")]
pub struct StreamAborted;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");

/// How many seconds a refused client should wait.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// A JSON response.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<ApiBody> {
    buffered(status, JSON, body.into())
}

/// A response in another format.
pub(crate) fn buffered(status: StatusCode, content_type: HeaderValue, body: Bytes) -> Response<ApiBody> {
    let mut response = Response::new(Either::Left(Full::new(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// A JSON response that keeps its share of the memory until it is sent.
pub(crate) fn large(body: String, share: Share) -> Response<ApiBody> {
    if body.len() <= SMALL {
        return json(StatusCode::OK, body);
    }
    let sliced = Sliced::new(body.into(), share).map_err(|never| match never {});
    streamed(UnsyncBoxBody::new(sliced))
}

/// A JSON response in pieces.
pub(crate) fn streamed(body: UnsyncBoxBody<Bytes, StreamAborted>) -> Response<ApiBody> {
    let mut response = Response::new(Either::Right(body));
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// `{"message":"…"}`
pub(crate) fn message(status: StatusCode, text: &str) -> Response<ApiBody> {
    let mut body = String::from("{\"message\":");
    quote(text, &mut body);
    body.push('}');
    json(status, body)
}

/// `{"message":"…","outcome":"…","eventIds":["…",null]}`
fn outcome(text: &str, outcome: &str, ids: &[Option<String>]) -> String {
    let mut body = String::from("{\"message\":");
    quote(text, &mut body);
    body.push_str(",\"outcome\":");
    quote(outcome, &mut body);
    for (at, id) in ids.iter().enumerate() {
        body.push_str(if at == 0 { ",\"eventIds\":[" } else { "," });
        match id {
            Some(id) => quote(id, &mut body),
            None => body.push_str("null"),
        }
    }
    body.push_str(if ids.is_empty() { "}" } else { "]}" });
    body
}

/// The response to a request that did not get what it asked for.
pub(crate) fn api_error(api_error: &ApiError, method: &Method) -> Response<ApiBody> {
    let status = api_error.status();
    let mut response = if api_error.is_plain_text() {
        buffered(status, PLAIN_TEXT, api_error.message().into())
    } else {
        match api_error {
            ApiError::OutcomeUnknown { ids, .. } => {
                json(status, outcome(&api_error.message(), "unknown", ids))
            }
            ApiError::DeletionUnknown => json(status, outcome(&api_error.message(), "unknown", &[])),
            _ if *method == Method::POST && status == StatusCode::SERVICE_UNAVAILABLE => {
                json(status, outcome(&api_error.message(), "not stored", &[]))
            }
            _ => message(status, &api_error.message()),
        }
    };
    let headers = response.headers_mut();
    match api_error {
        ApiError::Method(allow) => {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        ApiError::SlowBody(_) | ApiError::SilentBody(_) | ApiError::BrokenBody | ApiError::TooLarge(_) => {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        _ if status == StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(RETRY_AFTER, RETRY_SECONDS);
        }
        _ => {}
    }
    response
}
