//! `/`, `/healthz`, `/readyz`, `/metrics` and `/openapi.json`

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use tokio::time::timeout;

use crate::api::State;
use crate::openapi;
use crate::respond::{self, ApiBody};

/// How long the database may take to show that it is there.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn alive() -> Response<ApiBody> {
    respond::json(StatusCode::OK, "{\"status\":\"alive\"}")
}

pub(super) fn healthy() -> Response<ApiBody> {
    respond::json(StatusCode::OK, "{\"status\":\"ok\"}")
}

pub(super) fn metrics(text: &str) -> Response<ApiBody> {
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    respond::whole(StatusCode::OK, content_type, Bytes::copy_from_slice(text.as_bytes()))
}

pub(super) fn openapi() -> Response<ApiBody> {
    respond::json(StatusCode::OK, openapi::document().to_string())
}

impl State {
    /// Whether events would be stored now.
    pub(super) async fn ready(&self) -> Response<ApiBody> {
        let problem = if self.is_draining.load(Relaxed) {
            "stopping"
        } else if !self.is_migrated.load(Relaxed) {
            "waiting for the database"
        } else {
            match timeout(PATIENCE, self.writing.ping()).await {
                Ok(Ok(server)) if !server.read_only => {
                    return respond::json(StatusCode::OK, "{\"status\":\"ready\"}");
                }
                Ok(Ok(_)) => "the database is read-only",
                Ok(Err(_)) | Err(_) => "the database is not reachable",
            }
        };
        let body = format!("{{\"status\":\"{problem}\"}}");
        let mut response = respond::json(StatusCode::SERVICE_UNAVAILABLE, body);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        response
    }
}
