//! What is noted of each request: its id, and a line in the log.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use hyper::Response;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;

use crate::errors::ApiError;
use crate::respond::ApiBody;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a client or router.
const MAX_ID: usize = 64;

/// The id that the client or a router gave the request, or else a new one.
pub(crate) fn id(parts: &Parts) -> HeaderValue {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(rand::random()));
    match parts.headers.get(REQUEST_ID) {
        Some(id) if is_sound(id) => id.clone(),
        _ => {
            let id = format!("{:016x}", NEXT.fetch_add(1, Relaxed));
            HeaderValue::try_from(id).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
        }
    }
}

/// Gives the response the request's id, and logs the request. Neither query string nor headers are logged: they hold the key.
pub(crate) fn finish(
    parts: &Parts,
    response: &mut Response<ApiBody>,
    id: HeaderValue,
    path: &str,
    time: Duration,
) {
    tracing::debug!(
        method = %parts.method,
        path,
        status = response.status().as_u16(),
        micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX),
        request_id = id.to_str().unwrap_or_default(),
        "request"
    );
    response.headers_mut().insert(REQUEST_ID, id);
}

/// An id may stand in a log as it is.
fn is_sound(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    (1..=MAX_ID).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte))
}

/// Logs refusals that are the server's fault. While it is overloaded there is one line a second, not one a request.
pub(crate) fn log_refusal(api_error: &ApiError, id: &HeaderValue, path: &str) {
    if !api_error.status().is_server_error() {
        return;
    }
    if let Some(held_back) = MODERATION.pass() {
        let request_id = id.to_str().unwrap_or_default();
        tracing::warn!(
            path,
            request_id,
            status = api_error.status().as_u16(),
            held_back,
            "a request failed: {api_error}"
        );
    }
}

static MODERATION: LogThrottle =
    LogThrottle { second: AtomicU64::new(u64::MAX), held_back: AtomicU64::new(0) };

/// Lets one line a second pass.
struct LogThrottle {
    second: AtomicU64,
    held_back: AtomicU64,
}

impl LogThrottle {
    /// How many lines were held back since the last one, if this one may pass.
    fn pass(&self) -> Option<u64> {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        let second = START.elapsed().as_secs();
        if self.second.swap(second, Relaxed) == second {
            self.held_back.fetch_add(1, Relaxed);
            return None;
        }
        Some(self.held_back.swap(0, Relaxed))
    }
}
