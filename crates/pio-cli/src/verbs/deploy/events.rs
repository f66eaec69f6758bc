//! The Event API on the port of a deployed engine.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{Request, Response};
use pio_eventserver::api::Api;
use pio_queryserver::mounted_api::{MountedApi, MountedApiBody};
use pio_queryserver::worker::BoxFuture;
use serde_json::{Value, json};

/// The Event API, mounted into the front.
pub(super) struct Events(pub(super) Api);

impl MountedApi for Events {
    /// Both serve plugins under the same paths; there the front answers.
    fn owns(&self, path: &str) -> bool {
        Api::owns(path) && !path.starts_with("/plugins")
    }

    fn answer(&self, request: Request<Incoming>) -> BoxFuture<'_, Response<MountedApiBody>> {
        Box::pin(async { self.0.respond(request).await.map(|body| body.map_err(Into::into).boxed_unsync()) })
    }

    fn components(&self) -> BoxFuture<'_, Value> {
        Box::pin(async { json!(self.0.components().await) })
    }

    fn metrics(&self) -> String {
        self.0.metrics()
    }
}
