//! `/`, `/healthz`, `/readyz`, `/metrics` and `/openapi.json`

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use serde_json::json;
use tokio::time::timeout;

use crate::api::State;
use crate::openapi;
use crate::respond::{self, ApiBody};
use crate::tasks::SCHEMA;

/// How long the database may take to show that it is there.
const PING: Duration = Duration::from_secs(3);

/// What a component reports that works.
const OK: &str = "ok";

pub(super) fn alive() -> Response<ApiBody> {
    respond::json(StatusCode::OK, "{\"status\":\"alive\"}")
}

pub(super) fn healthy() -> Response<ApiBody> {
    respond::json(StatusCode::OK, "{\"status\":\"ok\"}")
}

pub(super) fn metrics(text: &str) -> Response<ApiBody> {
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    respond::buffered(StatusCode::OK, content_type, Bytes::copy_from_slice(text.as_bytes()))
}

pub(super) fn openapi() -> Response<ApiBody> {
    respond::json(StatusCode::OK, openapi::document().to_string())
}

impl State {
    /// Whether events would be stored now: the worst that a component reports, and all reports.
    pub(super) async fn ready(&self) -> Response<ApiBody> {
        let components = self.components().await;
        let problem = if self.is_draining.load(Relaxed) {
            Some("stopping")
        } else {
            components.values().copied().find(|report| *report != OK)
        };
        let body = json!({"status": problem.unwrap_or("ready"), "components": components}).to_string();
        if problem.is_none() {
            return respond::json(StatusCode::OK, body);
        }
        let mut response = respond::json(StatusCode::SERVICE_UNAVAILABLE, body);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        response
    }

    /// What each component reports: `ok`, or what is wrong with it.
    pub(crate) async fn components(&self) -> BTreeMap<&'static str, &'static str> {
        let tasks = self.tasks.each().map(|(name, runs)| (name, if runs { OK } else { "it has ended" }));
        let mut components: BTreeMap<_, _> = tasks.collect();
        if components[SCHEMA] == OK && !self.is_migrated.load(Relaxed) {
            components.insert(SCHEMA, "waiting for the database");
        }
        components.insert("database", self.database().await);
        components
    }

    async fn database(&self) -> &'static str {
        match timeout(PING, self.writing.ping()).await {
            Ok(Ok(server)) if !server.read_only => OK,
            Ok(Ok(_)) => "the database is read-only",
            Ok(Err(_)) | Err(_) => "the database is not reachable",
        }
    }
}
