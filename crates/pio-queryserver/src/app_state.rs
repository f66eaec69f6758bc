//! Which request goes where.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use hyper::body::Incoming;
use hyper::header::ACCEPT;
use hyper::{Method, Request, StatusCode};
use pio_http::budget::Share;
use pio_http::peer::is_of_this_machine;
use pio_logging::stderr;
use pio_settings::secret::Secret;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use tokio::sync::{mpsc, oneshot, watch};

use crate::answers::{self, Answer, Whole};
use crate::config::Config;
use crate::errors::{self, Failure};
use crate::feedback::Feedback;
use crate::metrics::Metrics;
use crate::mounted_api::MountedApi;
use crate::state::State;
use crate::supervisor::{ReloadFailed, ReloadRequest, Reloaded};
use crate::{page, query};

/// What every request needs.
pub(crate) struct AppState {
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) state: watch::Receiver<State>,
    pub(crate) feedback: Option<Feedback>,
    /// What answers behind the same port.
    pub(crate) mounted_api: Option<Arc<dyn MountedApi>>,
    pub(crate) started: DateTime<Utc>,
    pub(crate) reloads: mpsc::Sender<ReloadRequest>,
    /// Whether the server is ending; `/stop` sets it.
    pub(crate) stopping: watch::Sender<bool>,
}

const READ: &str = "GET, HEAD";
const FAVICON: &[u8] = include_bytes!("favicon.png");

/// Answers any request.
pub(crate) async fn answer(front: Arc<AppState>, request: Request<Incoming>) -> Answer {
    let method = request.method();
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let posts = *method == Method::POST;
    match request.uri().path() {
        "/queries.json" if posts => query::answer(&front, request).await,
        "/reload" if posts || *method == Method::GET => front.guarded_reload(&request).await,
        "/reload" => answers::method_not_allowed("GET, POST"),
        "/stop" if posts => front.guarded_stop(&request),
        "/queries.json" | "/stop" => answers::method_not_allowed("POST"),
        "/readyz" if reads => front.readiness().await,
        "/readyz" => answers::method_not_allowed(READ),
        path => match front.read(path, &request) {
            Some(answer) if reads => answer,
            Some(_) => answers::method_not_allowed(READ),
            None => answers::text(StatusCode::NOT_FOUND, errors::NOT_FOUND),
        },
    }
}

impl AppState {
    fn read(&self, path: &str, request: &Request<Incoming>) -> Option<Answer> {
        Some(match path {
            "/" => self.page(request),
            "/plugins.json" => {
                let none = json!({"plugins": {"outputblockers": {}, "outputsniffers": {}}});
                answers::json(StatusCode::OK, &none)
            }
            "/healthz" => answers::text(StatusCode::OK, "ok"),
            "/metrics" => self.metrics_text(),
            "/assets/favicon.png" | "/favicon.ico" => {
                answers::answer(StatusCode::OK, "image/png", Bytes::from_static(FAVICON))
            }
            _ if path.starts_with("/plugins/") => answers::message(StatusCode::NOT_FOUND, errors::NO_PLUGIN),
            _ => return None,
        })
    }

    fn page(&self, request: &Request<Incoming>) -> Answer {
        let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if accept.contains("application/json") && !accept.contains("text/html") {
            answers::json(StatusCode::OK, &page::json(self))
        } else {
            answers::answer(StatusCode::OK, answers::HTML, page::html(self))
        }
    }

    /// Whether queries are answered, and what each component reports.
    async fn readiness(&self) -> Answer {
        let components = self.components().await;
        let (words, seconds) = match self.state.borrow().serving() {
            _ if *self.stopping.borrow() => (errors::STOPPING.to_owned(), 10),
            _ if self.reloads.is_closed() => (Failure::Lost("supervisor").to_string(), 10),
            Ok(serving) => {
                let instance = &serving.ready.engine_instance_id;
                let body = json!({"status": "ready", "engineInstanceId": instance, "components": components});
                return answers::json(StatusCode::OK, &body);
            }
            Err(error) => (error.to_string(), 3),
        };
        let mut answer = answers::unavailable(&words, seconds);
        let body = json!({"status": "unavailable", "message": words, "components": components});
        *answer.body_mut() = Whole::new(body.to_string().into(), Share::default());
        answer
    }

    async fn components(&self) -> Value {
        let report = |works: bool, words: &str| Value::from(if works { "ok" } else { words });
        let worker = match self.state.borrow().serving() {
            Ok(_) => "ok".to_owned(),
            Err(error) => error.to_string(),
        };
        let mut components = json!({
            "worker": worker,
            "supervisor": report(!self.reloads.is_closed(), "it has ended"),
        });
        if let Some(feedback) = &self.feedback {
            components["feedback"] = report(feedback.runs(), "it has ended");
        }
        if let Some(mounted_api) = &self.mounted_api {
            components["events"] = mounted_api.components().await;
        }
        components
    }

    fn metrics_text(&self) -> Answer {
        let state = self.state.borrow();
        let unanswered = state.serving().map(|serving| serving.link.unanswered());
        let mut text = self.metrics.text(unanswered.is_ok(), unanswered.unwrap_or(0));
        pio_http::metrics::write(&self.config.budget, &mut text);
        text.extend(self.mounted_api.iter().map(|mounted_api| mounted_api.metrics()));
        text.push_str(&stderr::metrics());
        answers::answer(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text)
    }

    async fn guarded_reload(&self, request: &Request<Incoming>) -> Answer {
        match self.refusal(request) {
            Some(refusal) => refusal,
            None => self.reload().await,
        }
    }

    async fn reload(&self) -> Answer {
        let (reply, outcome) = oneshot::channel();
        if self.reloads.send(reply).await.is_err() {
            return answers::unavailable(errors::STOPPING, 10);
        }
        match tokio::time::timeout(self.config.reload_time, outcome).await {
            Ok(Ok(reloaded)) => reload_outcome(reloaded),
            Ok(Err(_)) => answers::unavailable(errors::STOPPING, 10),
            Err(_) => answers::text(StatusCode::ACCEPTED, "Reloading... The new worker is still loading."),
        }
    }

    fn guarded_stop(&self, request: &Request<Incoming>) -> Answer {
        if let Some(refusal) = self.refusal(request) {
            return refusal;
        }
        self.stopping.send_replace(true);
        answers::text(StatusCode::OK, "Shutting down...")
    }

    /// The answer to those who may not control this server.
    fn refusal(&self, request: &Request<Incoming>) -> Option<Answer> {
        match &self.config.server_key {
            Some(key) if has_key(request, key) => None,
            Some(_) => Some(answers::message(StatusCode::UNAUTHORIZED, errors::WRONG_KEY)),
            None if self.config.local_control && is_of_this_machine(request) => None,
            None => Some(answers::message(StatusCode::FORBIDDEN, errors::KEY_NEEDED)),
        }
    }
}

fn has_key(request: &Request<Incoming>, key: &Secret) -> bool {
    let query = request.uri().query().unwrap_or_default().as_bytes();
    form_urlencoded::parse(query)
        .find(|(name, _)| name == "accessKey")
        .is_some_and(|(_, given)| given.as_bytes().ct_eq(key.expose().as_bytes()).into())
}

fn reload_outcome(reloaded: Reloaded) -> Answer {
    match reloaded {
        Ok(instance) => {
            answers::text(StatusCode::OK, format!("Reloading... Engine instance {instance} is serving now."))
        }
        Err(ReloadFailed::UnderWay) => answers::text(
            StatusCode::CONFLICT,
            "A worker is being started already. Try again when it is ready.",
        ),
        Err(ReloadFailed::Failed(failure)) => answers::text(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("The reload failed; what served before still does. {failure}"),
        ),
    }
}
