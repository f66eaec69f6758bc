//! Predictions that go to the event server as events, without an answer ever waiting for it.

mod event;
mod sender;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use chrono::{DateTime, Utc};
use rand::RngExt as _;
use rand::distr::Alphanumeric;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use self::event::Event;
use self::sender::Sender;
use crate::config;
use crate::errors::NoFeedback;
use crate::metrics::{FeedbackOutcome, Metrics};

/// How many events may wait; more are dropped and counted.
const WAITING: usize = 1024;

/// The loop that sends predictions. When it is dropped, what waits gets a last chance.
pub(crate) struct Feedback {
    events: Option<SyncSender<Event>>,
    kibibytes: Arc<Semaphore>,
    dropped: AtomicU64,
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

impl Feedback {
    /// Starts the loop, in which events of so many bytes may wait.
    pub(crate) fn start(
        settings: &config::Feedback,
        bytes: usize,
        metrics: &Arc<Metrics>,
    ) -> Result<Self, NoFeedback> {
        let (events, waiting) = sync_channel(WAITING);
        let sender = Sender::new(settings, Arc::clone(metrics))?;
        let (runs, running) = watch::channel(());
        let thread = std::thread::Builder::new().name("feedback".into()).spawn(move || {
            let _runs = runs;
            sender.run(&waiting);
        })?;
        Ok(Self {
            events: Some(events),
            kibibytes: Arc::new(Semaphore::new(bytes / 1024)),
            dropped: AtomicU64::new(0),
            metrics: Arc::clone(metrics),
            thread: Some(thread),
            running,
        })
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
        let queued = self.room_for(answered.query.len() + body.len()).is_some_and(|room| {
            let event = Event {
                pr_id,
                time: answered.time,
                instance: answered.instance,
                query: answered.query.to_owned(),
                prediction: body.clone(),
                _room: room,
            };
            self.events.as_ref().is_some_and(|events| events.try_send(event).is_ok())
        });
        if !queued {
            self.note_dropped();
        }
        body
    }

    fn room_for(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kibibytes = u32::try_from(bytes.div_ceil(1024)).ok()?;
        self.kibibytes.clone().try_acquire_many_owned(kibibytes).ok()
    }

    fn note_dropped(&self) {
        self.metrics.feedback.add(FeedbackOutcome::Dropped, 1);
        let dropped = self.dropped.fetch_add(1, Relaxed) + 1;
        if dropped.is_power_of_two() {
            tracing::warn!(
                dropped,
                "a prediction was not kept for feedback: too many or too large ones wait"
            );
        }
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
