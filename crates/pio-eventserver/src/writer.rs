//! Group commit: one task stores what came in while it stored what came before.
//!
//! An event that comes while nothing is written is written at once. Under load a table has two commits in turn: one is inserted
//! while the other waits for the disk, and what comes in meanwhile waits for the first of them to end.
//!
//! A 503 says "not stored" only where that is certain: the events' transaction never began, or it was rolled back before its COMMIT
//! was sent. A COMMIT without an answer leaves the outcome unknown; see [`UnknownEvents`].

mod unknown;
mod waiting;

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use pio_http::budget::Share;
use pio_storage::Storage;
use pio_storage::errors::{StorageError, UnavailableCause};
use pio_storage::events::NewEvent;
use pio_storage::events::group::{EventOutcome, Group, GroupLimits};
use pio_storage::events::table::EventTable;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::errors::ApiError;
use crate::metrics::Metrics;
pub(crate) use crate::writer::unknown::REMEMBERED_FOR;
use crate::writer::unknown::UnknownEvents;
use crate::writer::waiting::{QueueKey, Waiting};

/// How many events one commit takes at most: with more, the first ones would wait too long.
const MAX_COMMIT: usize = 2_000;

/// How many commits run at a time, each on a connection of its own.
pub(crate) const COMMITS_AT_A_TIME: usize = 3;

/// What is left at least of the time for a commit when it begins; events that waited longer are not begun.
const WRITE_TIME: Duration = Duration::from_secs(1);

/// How long the answer to a COMMIT is waited for.
const COMMIT_ANSWER: Duration = Duration::from_secs(3);

/// What became of the events of a request.
enum Written {
    /// Each event has its own outcome.
    Known(Vec<EventOutcome>),
    /// All of them are stored under these ids, or none is. What cannot be stored has no id.
    Unknown { ids: Vec<Option<String>>, are_remembered: bool },
    /// None of them was stored by this attempt. Those with an id repeat one of unknown outcome, which may be stored under it.
    Failed { ids: Vec<Option<String>>, are_remembered: bool, error: Arc<StorageError> },
}

/// The way to the task that writes.
pub(crate) struct Writer {
    jobs: mpsc::UnboundedSender<Job>,
    places: Arc<Semaphore>,
    commit_time: Duration,
    unknown: Arc<Mutex<UnknownEvents>>,
}

/// Events of one request, all for one table.
struct Job {
    table: EventTable,
    events: Vec<NewEvent>,
    came: Instant,
    claim: Claim,
    answer: oneshot::Sender<Written>,
    /// Whether an event of it may wait for another transaction that holds its id.
    has_ids: bool,
    #[expect(dead_code, reason = "held until the job is done")]
    places: OwnedSemaphorePermit,
    #[expect(dead_code, reason = "held until the job is done, whether its client waits or has gone")]
    share: Share,
}

/// Decides between the writer that begins a job and the request that gives it up: the first one has it.
#[derive(Clone, Default)]
struct Claim(Arc<AtomicBool>);

impl Claim {
    /// Whether nobody was first.
    fn take(&self) -> bool {
        !self.0.swap(true, SeqCst)
    }
}

/// What the writing task needs.
struct Context {
    storage: Storage,
    commit_time: Duration,
    metrics: Arc<Metrics>,
    unknown: Arc<Mutex<UnknownEvents>>,
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
        let unknown = Arc::<Mutex<UnknownEvents>>::default();
        let context = Context { storage, commit_time, metrics, unknown: unknown.clone() };
        let task = tokio::spawn(run(context, receiver));
        (Self { jobs, places: Arc::new(Semaphore::new(queue)), commit_time, unknown }, task)
    }

    /// Stores events, which have this share of the memory; when this returns, those that are told of as stored are durable.
    pub(crate) async fn store(
        &self,
        table: EventTable,
        events: Vec<NewEvent>,
        share: Share,
    ) -> Result<Vec<EventOutcome>, ApiError> {
        let count = u32::try_from(events.len()).map_err(|_| ApiError::Overloaded)?;
        let places = self.places.clone().try_acquire_many_owned(count).map_err(|_| ApiError::Overloaded)?;
        let repeats = self.repeats(table, &events);
        let not_stored = || {
            let is_repeat = repeats.iter().any(Option::is_some);
            let unknown = || ApiError::OutcomeUnknown { ids: repeats.clone(), are_remembered: true };
            if is_repeat { unknown() } else { ApiError::NotStored(UnavailableCause::TimedOut) }
        };
        let (answer, mut written) = oneshot::channel();
        let claim = Claim::default();
        let came = Instant::now();
        // A repeat of unknown outcome gets the id of the first attempt, which may still be under way.
        let has_ids = events.iter().any(|event| event.id.is_some()) || repeats.iter().any(Option::is_some);
        let job = Job { table, events, came, claim: claim.clone(), answer, has_ids, places, share };
        self.jobs.send(job).map_err(|_| ApiError::Draining)?;
        let written = match timeout(self.commit_time.saturating_sub(WRITE_TIME), &mut written).await {
            Ok(written) => written,
            Err(_) if claim.take() => return Err(not_stored()),
            // It was begun, and has limits of its own.
            Err(_) => written.await,
        };
        match written {
            Ok(Written::Known(outcomes)) => Ok(outcomes),
            Ok(Written::Unknown { ids, are_remembered }) => {
                Err(ApiError::OutcomeUnknown { ids, are_remembered })
            }
            Ok(Written::Failed { ids, are_remembered, .. }) if ids.iter().any(Option::is_some) => {
                Err(ApiError::OutcomeUnknown { ids, are_remembered })
            }
            Ok(Written::Failed { ids, error, .. }) => Ok(ids.iter().map(|_| Err(error.clone())).collect()),
            // The writing task has died.
            Err(_) if claim.take() => Err(not_stored()),
            Err(_) => Err(ApiError::OutcomeUnknown { ids: Vec::new(), are_remembered: false }),
        }
    }

    /// For each event the id under which it may be stored, where it repeats one of unknown outcome.
    fn repeats(&self, table: EventTable, events: &[NewEvent]) -> Vec<Option<String>> {
        let unknown = lock(&self.unknown);
        if unknown.count() == 0 {
            return Vec::new();
        }
        let repeats =
            events.iter().map(|event| event.id.is_none().then(|| unknown.peek(table, event)).flatten());
        repeats.collect()
    }

    /// How many more events may wait.
    pub(crate) fn free_places(&self) -> usize {
        self.places.available_permits()
    }

    /// How many events are remembered whose outcome is unknown.
    pub(crate) fn unknown_events(&self) -> usize {
        lock(&self.unknown).count()
    }
}

fn lock(unknown: &Mutex<UnknownEvents>) -> MutexGuard<'_, UnknownEvents> {
    unknown.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gathers jobs while others are stored.
async fn run(context: Context, mut receiver: mpsc::UnboundedReceiver<Job>) {
    let mut waiting = Waiting::default();
    let mut running = FuturesUnordered::new();
    let mut jobs = Vec::new();
    let mut is_closed = false;
    loop {
        while running.len() < COMMITS_AT_A_TIME
            && let Some((key, jobs)) = waiting.next(running.len() + 1 == COMMITS_AT_A_TIME)
        {
            running.push(context.store(key, jobs));
        }
        tokio::select! {
            Some(key) = running.next(), if !running.is_empty() => waiting.has_ended(key),
            count = receiver.recv_many(&mut jobs, MAX_COMMIT), if !is_closed => {
                is_closed = count == 0;
                jobs.drain(..).for_each(|job| waiting.push(job));
            }
            else => return,
        }
    }
}

impl Context {
    /// Stores what waited in a line in one commit, and answers.
    async fn store(&self, key: QueueKey, mut jobs: Vec<Job>) -> QueueKey {
        let table = key.table;
        // A client that was told "not stored", or has gone, must not have its events stored.
        jobs.retain(|job| !job.answer.is_closed() && job.claim.take());
        let Some(oldest) = jobs.iter().map(|job| job.came).min() else { return key };
        let counts: Vec<usize> = jobs.iter().map(|job| job.events.len()).collect();
        let mut events: Vec<NewEvent> =
            jobs.iter_mut().flat_map(|job| std::mem::take(&mut job.events)).collect();
        let has_own_id: Vec<bool> = events.iter().map(|event| event.id.is_some()).collect();
        self.reuse_ids(table, &mut events);
        let limits = GroupLimits {
            rows: self.commit_time.saturating_sub(oldest.elapsed()).max(WRITE_TIME),
            commit: COMMIT_ANSWER,
        };
        let started = Instant::now();
        let written = match self.storage.events().insert_group(table, &events, limits).await {
            Ok(Group { outcomes, unknown: None }) => {
                self.metrics.commit(events.len(), started.elapsed());
                let mut faults = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
                if let Some(error) = faults.find(|error| !matches!(***error, StorageError::Invalid { .. })) {
                    tracing::error!(%table, %error, "the database refused an event");
                }
                Written::Known(outcomes)
            }
            Ok(Group { outcomes, unknown: Some(error) }) => {
                self.is_unknown(table, &events, &has_own_id, outcomes, &error)
            }
            Err(error) => self.has_failed(table, &events, &has_own_id, error),
        };
        answer(jobs, counts, written);
        key
    }

    /// Gives each event that repeats one of unknown outcome the id of that one.
    fn reuse_ids(&self, table: EventTable, events: &mut [NewEvent]) {
        let mut unknown = lock(&self.unknown);
        if unknown.count() == 0 {
            return;
        }
        for event in events.iter_mut().filter(|event| event.id.is_none()) {
            event.id = unknown.take(table, event);
        }
    }

    /// None of the events was stored by this attempt; one whose outcome was unknown before may be stored by the earlier one.
    fn has_failed(
        &self,
        table: EventTable,
        events: &[NewEvent],
        has_own_id: &[bool],
        error: StorageError,
    ) -> Written {
        self.metrics.failed_commit();
        tracing::warn!(%table, events = events.len(), %error, "events were not stored");
        let mut unknown = lock(&self.unknown);
        let mut are_remembered = true;
        let mut ids = vec![None; events.len()];
        for (place, event) in events.iter().enumerate().filter(|(place, _)| !has_own_id[*place]) {
            if let Some(id) = &event.id {
                are_remembered &= unknown.remember(table, event, id);
                ids[place] = Some(id.clone());
            }
        }
        Written::Failed { ids, are_remembered, error: Arc::new(error) }
    }

    /// The database was told to commit the events and did not answer.
    fn is_unknown(
        &self,
        table: EventTable,
        events: &[NewEvent],
        has_own_id: &[bool],
        outcomes: Vec<EventOutcome>,
        error: &StorageError,
    ) -> Written {
        self.metrics.unknown_commit();
        tracing::warn!(%table, events = events.len(), %error, "it is unknown whether events were stored");
        let ids: Vec<Option<String>> =
            outcomes.into_iter().map(|outcome| outcome.ok().map(|insertion| insertion.id)).collect();
        let mut unknown = lock(&self.unknown);
        let mut are_remembered = true;
        for ((event, id), has_own_id) in events.iter().zip(&ids).zip(has_own_id) {
            if let (Some(id), false) = (id, has_own_id) {
                are_remembered &= unknown.remember(table, event, id);
            }
        }
        Written::Unknown { ids, are_remembered }
    }
}

/// Gives each job its part of what became of all.
fn answer(jobs: Vec<Job>, counts: Vec<usize>, written: Written) {
    let parts = jobs.into_iter().zip(counts);
    // A client that is gone cannot be told; whether its events are stored is unknown to it.
    match written {
        Written::Known(outcomes) => {
            let mut outcomes = outcomes.into_iter();
            for (job, count) in parts {
                let _ = job.answer.send(Written::Known(outcomes.by_ref().take(count).collect()));
            }
        }
        Written::Unknown { ids, are_remembered } => {
            let mut ids = ids.into_iter();
            for (job, count) in parts {
                let ids = ids.by_ref().take(count).collect();
                let _ = job.answer.send(Written::Unknown { ids, are_remembered });
            }
        }
        Written::Failed { ids, are_remembered, error } => {
            let mut ids = ids.into_iter();
            for (job, count) in parts {
                let (ids, error) = (ids.by_ref().take(count).collect(), error.clone());
                let _ = job.answer.send(Written::Failed { ids, are_remembered, error });
            }
        }
    }
}
