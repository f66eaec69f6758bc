//! Predictions that go to the event server as events, without an answer ever waiting for it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use pio_settings::secret::Secret;
use rand::RngExt as _;
use rand::distr::Alphanumeric;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::watch;

use crate::config;
use crate::metrics::Metrics;

/// How many events may wait; more are dropped and counted.
const WAITING: usize = 1024;
/// How many events the event server takes in one request.
const BATCH: usize = 50;
const TIME: Duration = Duration::from_secs(5);
/// How much of the event server's answer is read, in bytes.
const MOST_ANSWERED: u64 = 1024 * 1024;

/// The loop that sends predictions. When it is dropped, what waits gets a last chance.
pub(crate) struct Feedback {
    events: Option<SyncSender<Event>>,
    metrics: Arc<Metrics>,
    thread: Option<JoinHandle<()>>,
    /// Closed when the thread ends.
    running: watch::Receiver<()>,
}

/// A query that was answered.
pub(crate) struct Answered<'a> {
    pub(crate) query: &'a str,
    pub(crate) prediction: String,
    pub(crate) pr_id: Option<String>,
    pub(crate) instance: String,
    pub(crate) time: DateTime<Utc>,
}

struct Event {
    pr_id: String,
    time: DateTime<Utc>,
    instance: String,
    query: String,
    prediction: String,
}

impl Feedback {
    pub(crate) fn start(settings: &config::Feedback, metrics: &Arc<Metrics>) -> std::io::Result<Self> {
        let (events, waiting) = sync_channel(WAITING);
        let sender = Sender::new(settings, Arc::clone(metrics));
        let (runs, running) = watch::channel(());
        let thread = std::thread::Builder::new().name("feedback".into()).spawn(move || {
            let _runs = runs;
            sender.run(&waiting);
        })?;
        Ok(Self { events: Some(events), metrics: Arc::clone(metrics), thread: Some(thread), running })
    }

    /// Waits for the end of the thread, which has none while the loop is not dropped.
    pub(crate) async fn ended(&self) {
        while self.running.clone().changed().await.is_ok() {}
    }

    /// Whether predictions are sent.
    pub(crate) fn runs(&self) -> bool {
        self.running.has_changed().is_ok()
    }

    /// Queues a prediction and gives back the answer's body, which carries the `prId` where the engine's result has one.
    pub(crate) fn send(&self, answered: Answered<'_>) -> String {
        let given = answered.pr_id.as_deref().filter(|id| !id.is_empty());
        let pr_id = given.map_or_else(new_pr_id, str::to_owned);
        let body = match answered.pr_id {
            Some(_) => with_pr_id(answered.prediction, &pr_id),
            None => answered.prediction,
        };
        let event = Event {
            pr_id,
            time: answered.time,
            instance: answered.instance,
            query: answered.query.to_owned(),
            prediction: body.clone(),
        };
        let queued = self.events.as_ref().is_some_and(|events| events.try_send(event).is_ok());
        if !queued {
            self.metrics.feedback.count(false);
        }
        body
    }
}

impl Drop for Feedback {
    fn drop(&mut self) {
        drop(self.events.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn new_pr_id() -> String {
    rand::rng().sample_iter(&Alphanumeric).take(64).map(char::from).collect()
}

fn with_pr_id(body: String, pr_id: &str) -> String {
    match serde_json::from_str(&body) {
        Ok(Value::Object(mut fields)) => {
            fields.insert("prId".to_owned(), Value::from(pr_id));
            Value::Object(fields).to_string()
        }
        _ => body,
    }
}

struct Sender {
    agent: ureq::Agent,
    server: String,
    access_key: Secret,
    metrics: Arc<Metrics>,
}

impl Sender {
    fn new(settings: &config::Feedback, metrics: Arc<Metrics>) -> Self {
        let config =
            ureq::Agent::config_builder().timeout_global(Some(TIME)).http_status_as_error(false).proxy(None);
        let host = &settings.host;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        Self {
            agent: config.build().new_agent(),
            server: format!("http://{host}:{}", settings.port),
            access_key: settings.access_key.clone(),
            metrics,
        }
    }

    fn run(&self, waiting: &Receiver<Event>) {
        let mut failures = 0_u64;
        while let Ok(first) = waiting.recv() {
            let (events, closed) = gather(first, waiting);
            let sent = self.post(&events);
            self.metrics.feedback.add(true, sent.stored as u64);
            self.metrics.feedback.add(false, (events.len() - sent.stored) as u64);
            failures = sent.why.map_or(0, |why| self.failed(failures + 1, &why));
            if closed && sent.stored == 0 {
                // The server ends, and the event server is not there: do not try each batch.
                return;
            }
        }
    }

    /// Says it once, then ever more rarely: every answer would be a line otherwise.
    fn failed(&self, failures: u64, why: &str) -> u64 {
        if failures.is_power_of_two() {
            tracing::warn!(failures, "feedback could not be sent to {}: {why}", self.server);
        }
        failures
    }

    fn post(&self, events: &[Event]) -> Sent {
        match self.try_post(events) {
            Ok(answer) if events.len() > 1 => Sent::in_batch(&answer, events.len()),
            Ok(_) => Sent { stored: events.len(), why: None },
            Err(why) => Sent { stored: 0, why: Some(why) },
        }
    }

    /// Gives the body of a good answer.
    fn try_post(&self, events: &[Event]) -> Result<String, String> {
        let (path, body) = match events {
            [one] => ("/events.json", serde_json::to_string(&one.shape())),
            many => {
                let shapes: Vec<Shape<'_>> = many.iter().map(Event::shape).collect();
                ("/batch/events.json", serde_json::to_string(&shapes))
            }
        };
        let body = body.map_err(|error| error.to_string())?;
        let mut answer = self
            .agent
            .post(format!("{}{path}", self.server))
            .query("accessKey", self.access_key.expose())
            .header("content-type", "application/json")
            .send(body)
            .map_err(|error| error.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status()));
        }
        let body = answer.body_mut().with_config().limit(MOST_ANSWERED).read_to_string();
        body.map_err(|error| error.to_string())
    }
}

/// What became of events.
struct Sent {
    stored: usize,
    /// Why others were not stored.
    why: Option<String>,
}

impl Sent {
    /// An event server tells of each event of a batch by itself.
    fn in_batch(answer: &str, count: usize) -> Self {
        #[derive(Deserialize)]
        struct Item {
            status: u16,
            message: Option<String>,
        }
        let Ok(items) = serde_json::from_str::<Vec<Item>>(answer) else {
            return Self { stored: count, why: None };
        };
        let mut refused = items.into_iter().filter(|item| item.status != 201);
        let why = refused.next().map(|item| {
            let message = item.message.unwrap_or_default();
            format!("it answered {} for an event of a batch: {message}", item.status)
        });
        let others = refused.count();
        Self { stored: count.saturating_sub(usize::from(why.is_some()) + others), why }
    }
}

fn gather(first: Event, waiting: &Receiver<Event>) -> (Vec<Event>, bool) {
    let mut events = vec![first];
    while events.len() < BATCH {
        match waiting.try_recv() {
            Ok(event) => events.push(event),
            Err(TryRecvError::Empty) => return (events, false),
            Err(TryRecvError::Disconnected) => return (events, true),
        }
    }
    (events, false)
}

/// An event as the event server takes it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shape<'a> {
    event: &'static str,
    event_time: String,
    entity_type: &'static str,
    entity_id: &'a str,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    engine_instance_id: &'a str,
    query: Json<'a>,
    prediction: Json<'a>,
}

/// Engines read JSON more leniently than others do; what only they can read is kept as text.
#[derive(Serialize)]
#[serde(untagged)]
enum Json<'a> {
    Strict(&'a RawValue),
    Text(&'a str),
}

impl<'a> Json<'a> {
    fn of(text: &'a str) -> Self {
        serde_json::from_str(text).map_or(Self::Text(text), Self::Strict)
    }
}

impl Event {
    fn shape(&self) -> Shape<'_> {
        Shape {
            event: "predict",
            event_time: self.time.to_rfc3339_opts(SecondsFormat::Millis, true),
            entity_type: "pio_pr",
            entity_id: &self.pr_id,
            properties: Properties {
                engine_instance_id: &self.instance,
                query: Json::of(&self.query),
                prediction: Json::of(&self.prediction),
            },
        }
    }
}
