//! Another API behind the same port. The front knows nothing of it but which paths it owns.

use std::error::Error;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::{Request, Response};
use serde_json::Value;

use crate::worker::BoxFuture;

/// The body of an annex's answer, whole or in pieces.
pub type MountedApiBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// Answers what is not the front's.
pub trait MountedApi: Send + Sync + 'static {
    /// Whether a path is the annex's, and so not the front's.
    fn owns(&self, path: &str) -> bool;
    /// Answers a request for such a path. How long and how large its body may be is the annex's concern.
    fn answer(&self, request: Request<Incoming>) -> BoxFuture<'_, Response<MountedApiBody>>;
    /// What each of its components reports, by name: `ok`, or what is wrong. `/readyz` shows it and does not depend on it.
    fn components(&self) -> BoxFuture<'_, Value>;
    /// Its numbers for Prometheus, which the front shows below its own.
    fn metrics(&self) -> String;
}
