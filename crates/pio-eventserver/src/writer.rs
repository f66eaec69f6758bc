//! Group commit: one task stores what came in while it stored what came before.
//!
//! An event that comes while nothing is written is written at once. Under load a table has two commits in turn: one is inserted
//! while the other waits for the disk, and what comes in meanwhile waits for the first of them to end.

mod waiting;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use pio_storage::Storage;
use pio_storage::errors::StorageError;
use pio_storage::events::table::EventTable;
use pio_storage::events::{Insertion, NewEvent};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::errors::Refusal;
use crate::metrics::Metrics;
use crate::writer::waiting::Waiting;

/// How many events one commit takes at most: with more, the first ones would wait too long.
const MAX_COMMIT: usize = 2_000;

/// How many commits run at a time, each on a connection of its own.
pub(crate) const COMMITS_AT_A_TIME: usize = 3;

/// What became of one event.
pub(crate) type Outcome = Result<Insertion, Arc<StorageError>>;

/// The way to the task that writes.
pub(crate) struct Writer {
    jobs: mpsc::UnboundedSender<Job>,
    places: Arc<Semaphore>,
    commit_time: Duration,
}

/// Events of one request, all for one table.
struct Job {
    table: EventTable,
    events: Vec<NewEvent>,
    answer: oneshot::Sender<Vec<Outcome>>,
    #[expect(dead_code, reason = "held until the job is done")]
    places: Option<OwnedSemaphorePermit>,
}

impl Writer {
    /// Starts the task. It ends when the writer was dropped and everything is stored.
    pub(crate) fn start(
        storage: Storage,
        queue: usize,
        commit_time: Duration,
        metrics: Arc<Metrics>,
    ) -> (Self, JoinHandle<()>) {
        let (jobs, receiver) = mpsc::unbounded_channel();
        let task = tokio::spawn(run(storage, receiver, metrics));
        (Self { jobs, places: Arc::new(Semaphore::new(queue)), commit_time }, task)
    }

    /// Stores events; when this returns, those that are told of as stored are durable.
    pub(crate) async fn store(
        &self,
        table: EventTable,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Outcome>, Refusal> {
        let count = u32::try_from(events.len()).map_err(|_| Refusal::Overloaded)?;
        let places = self.places.clone().try_acquire_many_owned(count).map_err(|_| Refusal::Overloaded)?;
        let (answer, outcome) = oneshot::channel();
        let job = Job { table, events, answer, places: Some(places) };
        self.jobs.send(job).map_err(|_| Refusal::Draining)?;
        match timeout(self.commit_time, outcome).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(_)) | Err(_) => Err(Refusal::NotStored),
        }
    }

    /// How many more events may wait.
    pub(crate) fn free_places(&self) -> usize {
        self.places.available_permits()
    }
}

/// Gathers jobs while others are stored.
async fn run(storage: Storage, mut receiver: mpsc::UnboundedReceiver<Job>, metrics: Arc<Metrics>) {
    let mut waiting = Waiting::default();
    let mut running = FuturesUnordered::new();
    let mut jobs = Vec::new();
    let mut is_closed = false;
    loop {
        while running.len() < COMMITS_AT_A_TIME
            && let Some((table, jobs)) = waiting.next(running.len() + 1 == COMMITS_AT_A_TIME)
        {
            running.push(store(&storage, table, jobs, &metrics));
        }
        tokio::select! {
            Some(table) = running.next(), if !running.is_empty() => waiting.has_ended(table),
            count = receiver.recv_many(&mut jobs, MAX_COMMIT), if !is_closed => {
                is_closed = count == 0;
                jobs.drain(..).for_each(|job| waiting.push(job));
            }
            else => return,
        }
    }
}

/// Stores what waited for a table, and answers.
async fn store(storage: &Storage, table: EventTable, mut jobs: Vec<Job>, metrics: &Metrics) -> EventTable {
    // Nobody waits any more for what took too long: it must not be stored behind a 503.
    jobs.retain(|job| !job.answer.is_closed());
    let counts: Vec<usize> = jobs.iter().map(|job| job.events.len()).collect();
    let events: Vec<NewEvent> = jobs.iter_mut().flat_map(|job| std::mem::take(&mut job.events)).collect();
    let mut outcomes = insert(storage, table, &events, metrics).await.into_iter();
    for (job, count) in jobs.into_iter().zip(counts) {
        // Who no longer listens was told that the event may not be stored.
        let _ = job.answer.send(outcomes.by_ref().take(count).collect());
    }
    table
}

/// Stores all events in one commit. Where one of them cannot be stored, halves are tried until it stands alone.
async fn insert(
    storage: &Storage,
    table: EventTable,
    events: &[NewEvent],
    metrics: &Metrics,
) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(events.len());
    let mut parts: Vec<&[NewEvent]> = events.chunks(MAX_COMMIT).rev().collect();
    while let Some(part) = parts.pop() {
        let started = Instant::now();
        match storage.events().insert(table, part).await {
            Ok(insertions) => {
                metrics.commit(part.len(), started.elapsed());
                outcomes.extend(insertions.into_iter().map(Ok));
            }
            Err(error) if part.len() > 1 && is_fault_of_an_event(&error) => {
                let (first, second) = part.split_at(part.len() / 2);
                parts.extend([second, first]);
            }
            Err(error) => {
                metrics.failed_commit();
                tracing::warn!(%table, events = part.len(), %error, "events were not stored");
                if error.is_unavailable() {
                    // Nor will the rest be, and who waits for it should not wait longer.
                    parts.clear();
                }
                let error = Arc::new(error);
                let failed = if parts.is_empty() { events.len() - outcomes.len() } else { part.len() };
                outcomes.extend(std::iter::repeat_with(|| Err(error.clone())).take(failed));
            }
        }
    }
    outcomes
}

fn is_fault_of_an_event(error: &StorageError) -> bool {
    matches!(error, StorageError::Invalid { .. } | StorageError::Unexpected { .. })
}
