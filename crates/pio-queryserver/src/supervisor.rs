//! Keeps a worker alive: starts it, swaps it, replaces it when it ends or hangs.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::config::Config;
use crate::errors::Failure;
use crate::metrics::Metrics;
use crate::start::{Worker, start};
use crate::state::State;
use crate::worker::{InstanceSelector, Launch};

/// How often a worker may fail before the first has ever been ready.
const FIRST_TRIES: u32 = 5;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A worker that lived so long was sound: the next pause starts small again.
const SOUND: Duration = Duration::from_mins(1);
/// How long a worker has for its end when the server ends; its queries are answered by then.
const LAST_GRACE: Duration = Duration::from_secs(3);
/// How long a worker that was replaced may take for its end.
const OLD_GRACE: Duration = Duration::from_secs(20);

/// The outcome of a reload: the instance that serves now, or why the old one still does.
pub(crate) type Reloaded = Result<String, ReloadFailed>;

/// Why a reload did not happen.
#[derive(Debug)]
pub(crate) enum ReloadFailed {
    /// Another is being started already.
    UnderWay,
    /// The new worker failed.
    Failed(Failure),
}

/// Someone who asked for a reload.
pub(crate) type ReloadRequest = oneshot::Sender<Reloaded>;

/// How long a first worker is hoped for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Until a failure that will not pass, or too many others.
    Limited,
    /// Until the server's end.
    Endless,
}

pub(crate) struct Supervisor {
    launch: Arc<dyn Launch>,
    config: Arc<Config>,
    metrics: Arc<Metrics>,
    state: watch::Sender<State>,
    requests: mpsc::Receiver<ReloadRequest>,
    patience: Patience,
    current: Option<Worker>,
    attempt: Option<Attempt>,
    next: InstanceSelector,
    retry_at: Option<Instant>,
    failures: u32,
    ready_since: Option<Instant>,
    /// The words of a failure that stays until somebody changes something: they are logged once.
    told: Option<String>,
    retired: JoinSet<()>,
}

struct Attempt {
    outcome: Pin<Box<dyn Future<Output = Result<Worker, Failure>> + Send>>,
    request: Option<ReloadRequest>,
}

enum Event {
    Started(Box<Result<Worker, Failure>>),
    Ended(Failure),
    Requested(ReloadRequest),
    Retry,
    Tick,
    Stop,
}

impl Supervisor {
    pub(crate) fn new(
        launch: Arc<dyn Launch>,
        config: Arc<Config>,
        metrics: Arc<Metrics>,
        state: watch::Sender<State>,
        requests: mpsc::Receiver<ReloadRequest>,
        patience: Patience,
    ) -> Self {
        Self {
            launch,
            config,
            metrics,
            state,
            requests,
            patience,
            current: None,
            attempt: None,
            next: InstanceSelector::Configured,
            retry_at: None,
            failures: 0,
            ready_since: None,
            told: None,
            retired: JoinSet::new(),
        }
    }

    /// Works until `stop` is ready, then ends the workers. Fails when there is no hope for a first worker.
    pub(crate) async fn run(mut self, stop: impl Future<Output = ()>) -> Result<(), Failure> {
        tokio::pin!(stop);
        self.begin(self.next.clone(), None);
        let mut ticks = tokio::time::interval(self.config.silence / 8);
        let outcome = loop {
            match self.next_event(stop.as_mut(), &mut ticks).await {
                Event::Started(outcome) => {
                    if let Err(failure) = self.started(*outcome) {
                        break Err(failure);
                    }
                }
                Event::Ended(failure) => self.ended(&failure),
                Event::Requested(request) => self.requested(request),
                Event::Retry => self.retry(),
                Event::Tick => self.replace_if_silent().await,
                Event::Stop => break Ok(()),
            }
        };
        self.end_workers().await;
        outcome
    }

    async fn next_event(
        &mut self,
        stop: Pin<&mut impl Future<Output = ()>>,
        ticks: &mut tokio::time::Interval,
    ) -> Event {
        tokio::select! {
            () = stop => Event::Stop,
            outcome = started(&mut self.attempt) => Event::Started(Box::new(outcome)),
            failure = ended(&mut self.current) => Event::Ended(failure),
            Some(request) = self.requests.recv() => Event::Requested(request),
            () = at(self.retry_at) => Event::Retry,
            _ = ticks.tick() => Event::Tick,
            Some(_) = self.retired.join_next() => Event::Tick,
        }
    }

    fn begin(&mut self, wanted: InstanceSelector, request: Option<ReloadRequest>) {
        if self.told.is_some() && request.is_none() {
            tracing::debug!(?wanted, "starting the engine's worker again");
        } else {
            tracing::info!(?wanted, "starting the engine's worker");
        }
        let outcome = Box::pin(start(Arc::clone(&self.launch), wanted, Arc::clone(&self.config)));
        self.attempt = Some(Attempt { outcome, request });
        self.retry_at = None;
    }

    fn started(&mut self, outcome: Result<Worker, Failure>) -> Result<(), Failure> {
        let request = self.attempt.take().and_then(|attempt| attempt.request);
        match outcome {
            Ok(worker) => self.swap_in(worker, request),
            Err(failure) => self.start_failed(failure, request)?,
        }
        Ok(())
    }

    fn swap_in(&mut self, worker: Worker, request: Option<ReloadRequest>) {
        let instance = worker.serving.ready.engine_instance_id.clone();
        tracing::info!(instance, "the engine is ready");
        self.next = InstanceSelector::Same(instance.clone());
        self.ready_since = Some(Instant::now());
        self.told = None;
        self.state.send_replace(State::Serving(worker.serving.clone()));
        if let Some(old) = self.current.replace(worker) {
            self.retired.spawn(old.retire(self.config.query_time, OLD_GRACE));
        }
        if let Some(request) = request {
            self.metrics.reloads.count(true);
            let _ = request.send(Ok(instance));
        }
    }

    fn start_failed(&mut self, failure: Failure, request: Option<ReloadRequest>) -> Result<(), Failure> {
        self.tell(&failure);
        if self.current.is_none() {
            self.failures += 1;
            if self.is_hopeless(&failure) {
                return Err(failure);
            }
            if let Some(words) = failure.untrained() {
                self.state.send_replace(State::Untrained(words.into()));
            } else if failure.is_permanent() || self.failures >= FIRST_TRIES {
                self.state.send_replace(State::Failed);
            }
            self.retry_at = Some(Instant::now() + self.pause());
        }
        if let Some(request) = request {
            self.metrics.reloads.count(false);
            let _ = request.send(Err(ReloadFailed::Failed(failure)));
        }
        Ok(())
    }

    /// Logs a failure; one that stays as it is only once, for the engine is tried again every few seconds.
    fn tell(&mut self, failure: &Failure) {
        let words = failure.is_permanent().then(|| failure.to_string());
        if words.is_some() && words == self.told {
            tracing::debug!("{failure}");
        } else if failure.untrained().is_some() {
            tracing::warn!("{failure} Until then queries are answered with 503.");
        } else {
            tracing::error!(stack_trace = failure.detail(), "{failure}");
        }
        self.told = words;
    }

    fn is_hopeless(&self, failure: &Failure) -> bool {
        let may_give_up = self.patience == Patience::Limited && self.ready_since.is_none();
        may_give_up && (failure.is_permanent() || self.failures >= FIRST_TRIES)
    }

    fn ended(&mut self, failure: &Failure) {
        tracing::error!(stack_trace = failure.detail(), "{failure}");
        self.current = None;
        self.metrics.restarts.add(1);
        self.state.send_replace(State::Restarting);
        if self.ready_since.is_some_and(|since| since.elapsed() > SOUND) {
            self.failures = 0;
        }
        self.failures += 1;
        if self.attempt.is_none() {
            self.retry_at = Some(Instant::now() + self.pause());
        }
    }

    fn pause(&self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.failures.saturating_sub(1));
        self.config.first_pause.saturating_mul(doubled).min(LONGEST_PAUSE)
    }

    fn requested(&mut self, request: ReloadRequest) {
        if self.attempt.is_some() {
            let _ = request.send(Err(ReloadFailed::UnderWay));
        } else {
            self.begin(InstanceSelector::Newest, Some(request));
        }
    }

    fn retry(&mut self) {
        let wanted = self.next.clone();
        self.begin(wanted, None);
    }

    async fn replace_if_silent(&mut self) {
        let Some(worker) = &mut self.current else { return };
        if worker.serving.link.silence() > self.config.silence {
            worker.kill().await;
            // How it ended is known; that it was silent is the reason to tell.
            drop(worker.ended().await);
            self.ended(&Failure::Silent(self.config.silence));
        }
    }

    async fn end_workers(mut self) {
        drop(self.attempt.take());
        if let Some(worker) = self.current.take() {
            self.retired.spawn(worker.retire(Duration::ZERO, LAST_GRACE));
        }
        let all = async { while self.retired.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(LAST_GRACE * 2, all).await;
    }
}

async fn started(attempt: &mut Option<Attempt>) -> Result<Worker, Failure> {
    match attempt {
        Some(attempt) => attempt.outcome.as_mut().await,
        None => pending().await,
    }
}

async fn ended(current: &mut Option<Worker>) -> Failure {
    match current {
        Some(worker) => worker.ended().await,
        None => pending().await,
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => pending().await,
    }
}
