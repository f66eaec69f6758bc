//! The HTTP client that sends predictions to the event server.

use std::error::Error;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use pio_http::client::{self, Trust};
use pio_settings::event_server::EventServerAddress;
use pio_settings::secret::Secret;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};

use super::event::{Event, Shape};
use crate::config;
use crate::errors::NoFeedback;
use crate::metrics::{FeedbackOutcome, Metrics};

/// How many events the event server takes in one request.
const BATCH: usize = 50;
/// With so many bytes a request goes out before it has as many events: an event server takes 8 MiB at once.
const BATCH_BYTES: usize = 1024 * 1024;
const TIME: Duration = Duration::from_secs(5);
/// How much of the event server's answer is read, in bytes.
const MOST_ANSWERED: usize = 1024 * 1024;

pub(super) struct Sender {
    client: Client,
    server: EventServerAddress,
    access_key: Secret,
    metrics: Arc<Metrics>,
}

/// What became of events.
struct Sent {
    stored: usize,
    failure: Option<Failed>,
}

/// Why events were not stored.
struct Failed {
    outcome: FeedbackOutcome,
    why: String,
}

impl Sender {
    pub(super) fn new(settings: &config::Feedback, metrics: Arc<Metrics>) -> Result<Self, NoFeedback> {
        let trust = if settings.server.is_https { Trust::Machine } else { Trust::Nobody };
        let client = Client::builder()
            .timeout(TIME)
            .no_proxy()
            // A redirect would turn the POST into a GET, and might lead the access key elsewhere.
            .redirect(Policy::none())
            .tls_backend_preconfigured(client::tls(trust)?)
            .build()
            .map_err(|error| NoFeedback::Client(root_cause(&error)))?;
        let (server, access_key) = (settings.server.clone(), settings.access_key.clone());
        Ok(Self { client, server, access_key, metrics })
    }

    /// Sends what comes until nothing more can come.
    pub(super) fn run(&self, waiting: &Receiver<Event>) {
        // Made in the thread that drops it: a runtime must not be dropped by a task.
        match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => self.send_all(&runtime, waiting),
            Err(error) => tracing::error!(%error, "the feedback loop could not be started"),
        }
    }

    fn send_all(&self, runtime: &Runtime, waiting: &Receiver<Event>) {
        let mut failures = Failures::default();
        let mut next = None;
        while let Some(first) = next.take().or_else(|| waiting.recv().ok()) {
            let gathered = gather(first, waiting);
            let events = gathered.events;
            next = gathered.next;
            let sent = runtime.block_on(self.post(&events));
            self.metrics.feedback.add(FeedbackOutcome::Stored, sent.stored as u64);
            match sent.failure {
                None => failures = Failures::default(),
                Some(failed) => {
                    self.metrics.feedback.add(failed.outcome, (events.len() - sent.stored) as u64);
                    failures.note(&failed, &self.server);
                }
            }
            if gathered.closed && sent.stored == 0 {
                // The server ends, and the event server is not there: do not try each batch.
                return;
            }
        }
    }

    async fn post(&self, events: &[Event]) -> Sent {
        match self.try_post(events).await {
            Ok(answer) if events.len() > 1 => Sent::in_batch(&answer, events.len()),
            Ok(_) => Sent { stored: events.len(), failure: None },
            Err(failed) => Sent { stored: 0, failure: Some(failed) },
        }
    }

    /// Gives the body of a good answer.
    async fn try_post(&self, events: &[Event]) -> Result<Vec<u8>, Failed> {
        let (path, body) = match events {
            [one] => ("/events.json", serde_json::to_string(&one.shape())),
            many => {
                let shapes: Vec<Shape<'_>> = many.iter().map(Event::shape).collect();
                ("/batch/events.json", serde_json::to_string(&shapes))
            }
        };
        let body = body.map_err(|error| Failed::refused(error.to_string()))?;
        let mut url = Url::parse(&format!("{}{path}", self.server))
            .map_err(|error| Failed { outcome: FeedbackOutcome::Unreachable, why: error.to_string() })?;
        url.query_pairs_mut().append_pair("accessKey", self.access_key.expose());
        let request = self.client.post(url).header(CONTENT_TYPE, "application/json").body(body);
        let mut answer = request.send().await.map_err(|error| Failed::of(&error))?;
        if !answer.status().is_success() {
            return Err(Failed::refused(refusal(answer.status())));
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| Failed::of(&error))? {
            body.extend_from_slice(&piece);
            if body.len() > MOST_ANSWERED {
                return Err(Failed::refused("its answer is too long".to_owned()));
            }
        }
        Ok(body)
    }
}

fn refusal(status: StatusCode) -> String {
    let hint = match status {
        StatusCode::UNAUTHORIZED => ": the access key is not one of its apps",
        StatusCode::FORBIDDEN => ": the access key does not allow the event \"predict\"",
        _ if status.is_redirection() => ": set the address that it redirects to, such as one with https://",
        _ => "",
    };
    format!("it answered {status}{hint}")
}

impl Failed {
    fn refused(why: String) -> Self {
        Self { outcome: FeedbackOutcome::Refused, why }
    }

    fn of(error: &reqwest::Error) -> Self {
        let why = root_cause(error);
        if is_tls(error) {
            return Self { outcome: FeedbackOutcome::Tls, why };
        }
        let outcome =
            if error.is_timeout() { FeedbackOutcome::TimedOut } else { FeedbackOutcome::Unreachable };
        Self { outcome, why }
    }
}

/// The innermost error's text. That of the outermost holds the URL, and so the access key.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if std::ptr::addr_eq(cause, error) { "no answer".to_owned() } else { cause.to_string() }
}

/// Whether TLS failed. Its errors are wrapped as those of input and output, some of them twice.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || inner.is_some_and(|inner| is_tls(inner))
        || error.source().is_some_and(is_tls)
}

/// Failures without a success between them.
#[derive(Default)]
struct Failures {
    count: u64,
    last: Option<FeedbackOutcome>,
}

impl Failures {
    /// Says a new kind of failure at once, and the same one ever more rarely: every answer would be a line otherwise.
    fn note(&mut self, failed: &Failed, server: &EventServerAddress) {
        self.count += 1;
        if self.last != Some(failed.outcome) {
            (self.count, self.last) = (1, Some(failed.outcome));
        }
        if self.count.is_power_of_two() {
            tracing::warn!(failures = self.count, "feedback could not be sent to {server}: {}", failed.why);
        }
    }
}

impl Sent {
    /// An event server tells of each event of a batch by itself.
    fn in_batch(answer: &[u8], count: usize) -> Self {
        #[derive(Deserialize)]
        struct Item {
            status: u16,
            message: Option<String>,
        }
        let Ok(items) = serde_json::from_slice::<Vec<Item>>(answer) else {
            return Self { stored: count, failure: None };
        };
        let mut refused = items.into_iter().filter(|item| item.status != 201);
        let failure = refused.next().map(|item| {
            let message = item.message.unwrap_or_default();
            Failed::refused(format!("it answered {} for an event of a batch: {message}", item.status))
        });
        let others = refused.count();
        Self { stored: count.saturating_sub(usize::from(failure.is_some()) + others), failure }
    }
}

/// What goes out with one request.
struct Gathered {
    events: Vec<Event>,
    /// One that came, but goes out with the next request.
    next: Option<Event>,
    /// Nothing more can come.
    closed: bool,
}

fn gather(first: Event, waiting: &Receiver<Event>) -> Gathered {
    let mut bytes = first.bytes();
    let mut gathered = Gathered { events: vec![first], next: None, closed: false };
    while gathered.events.len() < BATCH {
        match waiting.try_recv() {
            Ok(event) if bytes + event.bytes() > BATCH_BYTES => {
                gathered.next = Some(event);
                break;
            }
            Ok(event) => {
                bytes += event.bytes();
                gathered.events.push(event);
            }
            Err(TryRecvError::Empty) => break,
            Err(TryRecvError::Disconnected) => {
                gathered.closed = true;
                break;
            }
        }
    }
    gathered
}
