//! What is counted, and its text for Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::StatusCode;

/// A number that only grows.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How often something went well and how often not.
#[derive(Default)]
pub(crate) struct Outcomes {
    ok: Counter,
    failed: Counter,
}

impl Outcomes {
    pub(crate) fn count(&self, ok: bool) {
        self.add(ok, 1);
    }

    pub(crate) fn add(&self, ok: bool, n: u64) {
        if ok { self.ok.add(n) } else { self.failed.add(n) }
    }
}

/// What became of an event of feedback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeedbackOutcome {
    /// The event server stored it.
    Stored,
    /// The event server answered something else.
    Refused,
    /// The event server did not answer in time.
    TimedOut,
    /// There was no connection to the event server, or it was lost.
    Unreachable,
    /// The event server's certificate is not trusted, or TLS failed otherwise.
    Tls,
    /// Too many events waited.
    Dropped,
}

/// The labels of the outcomes, in their order.
const FEEDBACK_OUTCOMES: [&str; 6] = ["ok", "refused", "timed_out", "unreachable", "tls", "dropped"];

/// How many events of feedback had which outcome.
#[derive(Default)]
pub(crate) struct FeedbackCounters([Counter; FEEDBACK_OUTCOMES.len()]);

impl FeedbackCounters {
    pub(crate) fn add(&self, outcome: FeedbackOutcome, n: u64) {
        self.0[outcome as usize].add(n);
    }

    fn write(&self, text: &mut String) {
        head(text, "pio_feedback_total", "counter", "Feedback events by outcome.");
        for (outcome, counter) in FEEDBACK_OUTCOMES.iter().zip(&self.0) {
            line(text, "pio_feedback_total", &format!("{{outcome=\"{outcome}\"}}"), counter.get());
        }
    }
}

/// Upper bounds of the histogram of serving times, in microseconds and as Prometheus writes them.
const BOUNDS: [(u64, &str); 11] = [
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (1_000_000, "1"),
    (5_000_000, "5"),
    (25_000_000, "25"),
];

/// The statuses that a query can be answered with; others count as 500.
const STATUSES: [u16; 7] = [200, 400, 408, 413, 500, 503, 504];

/// Everything that is counted.
#[derive(Default)]
pub(crate) struct Metrics {
    statuses: [Counter; STATUSES.len()],
    buckets: [Counter; BOUNDS.len()],
    served: Counter,
    served_micros: Counter,
    last_micros: AtomicU64,
    pub(crate) restarts: Counter,
    pub(crate) reloads: Outcomes,
    pub(crate) feedback: FeedbackCounters,
}

impl Metrics {
    /// Counts an answer to a query.
    pub(crate) fn answered(&self, status: StatusCode, took: Duration) {
        let position = STATUSES.iter().position(|known| *known == status.as_u16()).unwrap_or(4);
        self.statuses[position].add(1);
        if status == StatusCode::OK {
            self.served_in(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        }
    }

    fn served_in(&self, micros: u64) {
        self.served.add(1);
        self.served_micros.add(micros);
        self.last_micros.store(micros, Ordering::Relaxed);
        if let Some(bucket) = BOUNDS.iter().position(|(bound, _)| micros <= *bound) {
            self.buckets[bucket].add(1);
        }
    }

    /// How many queries were served.
    pub(crate) fn requests(&self) -> u64 {
        self.served.get()
    }

    /// The average serving time in seconds; zero before the first.
    pub(crate) fn average_seconds(&self) -> f64 {
        seconds(self.served_micros.get() / self.served.get().max(1))
    }

    /// The last serving time in seconds.
    pub(crate) fn last_seconds(&self) -> f64 {
        seconds(self.last_micros.load(Ordering::Relaxed))
    }

    /// The text for Prometheus.
    pub(crate) fn text(&self, ready: bool, unanswered: usize) -> String {
        let mut text = String::with_capacity(4096);
        head(&mut text, "pio_queries_total", "counter", "Queries by the status of their answer.");
        for (status, counter) in STATUSES.iter().zip(&self.statuses) {
            line(&mut text, "pio_queries_total", &format!("{{status=\"{status}\"}}"), counter.get());
        }
        self.histogram(&mut text);
        head(&mut text, "pio_queries_unanswered", "gauge", "Queries that the worker has not answered yet.");
        line(&mut text, "pio_queries_unanswered", "", unanswered);
        head(&mut text, "pio_ready", "gauge", "Whether a worker answers queries.");
        line(&mut text, "pio_ready", "", u8::from(ready));
        head(&mut text, "pio_worker_restarts_total", "counter", "Unexpected ends of the engine's worker.");
        line(&mut text, "pio_worker_restarts_total", "", self.restarts.get());
        outcomes(&mut text, "pio_reloads_total", "Reloads by outcome.", &self.reloads);
        self.feedback.write(&mut text);
        text
    }

    fn histogram(&self, text: &mut String) {
        const NAME: &str = "pio_query_seconds";
        head(text, NAME, "histogram", "Time from a query's arrival to its answer, where that is 200.");
        let mut sum = 0;
        for ((_, bound), bucket) in BOUNDS.iter().zip(&self.buckets) {
            sum += bucket.get();
            line(text, NAME, &format!("_bucket{{le=\"{bound}\"}}"), sum);
        }
        line(text, NAME, "_bucket{le=\"+Inf\"}", self.served.get());
        line(text, NAME, "_sum", seconds(self.served_micros.get()));
        line(text, NAME, "_count", self.served.get());
    }
}

fn seconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64()
}

fn outcomes(text: &mut String, name: &str, help: &str, outcomes: &Outcomes) {
    head(text, name, "counter", help);
    line(text, name, "{outcome=\"ok\"}", outcomes.ok.get());
    line(text, name, "{outcome=\"failed\"}", outcomes.failed.get());
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, suffix: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "{name}{suffix} {value}");
}
