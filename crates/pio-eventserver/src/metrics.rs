//! Numbers for Prometheus. No label comes from a client.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use hyper::StatusCode;
use pio_http::connections::Connections;
use pio_storage::PoolStatus;

use crate::routes::DESCRIPTIONS;

/// The statuses that the server gives; others are counted as 0.
const STATUSES: [u16; 16] = [200, 201, 400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 431, 500, 503, 0];

/// Upper bounds of the buckets for times, in seconds.
const TIMES: [f64; 12] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Upper bounds of the buckets for how many events a commit holds.
const SIZES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 512.0, 2048.0];

/// Paths that are counted: those of resources, and one for all others.
const PATHS: usize = DESCRIPTIONS.len() + 1;

/// Everything that is counted.
#[derive(Default)]
pub(crate) struct Metrics {
    requests: [[AtomicU64; STATUSES.len()]; PATHS],
    request_times: [Histogram<{ TIMES.len() }>; PATHS],
    commit_times: Histogram<{ TIMES.len() }>,
    commit_sizes: Histogram<{ SIZES.len() }>,
    failed_commits: AtomicU64,
    unknown_commits: AtomicU64,
}

/// What is true at the moment of asking.
pub(crate) struct Gauges {
    pub(crate) queued_events: usize,
    pub(crate) unknown_events: usize,
    pub(crate) is_draining: bool,
    pub(crate) connections: Arc<Connections>,
    pub(crate) pools: [(&'static str, PoolStatus); 2],
}

struct Histogram<const N: usize> {
    buckets: [AtomicU64; N],
    count: AtomicU64,
    /// In millionths.
    sum: AtomicU64,
}

impl<const N: usize> Default for Histogram<N> {
    fn default() -> Self {
        Self {
            buckets: std::array::from_fn(|_| AtomicU64::new(0)),
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }
}

impl<const N: usize> Histogram<N> {
    fn observe(&self, bounds: &[f64; N], value: f64, millionths: u64) {
        if let Some(bucket) = bounds.iter().position(|bound| value <= *bound) {
            self.buckets[bucket].fetch_add(1, Relaxed);
        }
        self.count.fetch_add(1, Relaxed);
        self.sum.fetch_add(millionths, Relaxed);
    }

    fn write(&self, out: &mut String, name: &str, labels: &str, bounds: &[f64; N]) {
        let mut cumulated = 0;
        let comma = if labels.is_empty() { "" } else { "," };
        for (bound, bucket) in bounds.iter().zip(&self.buckets) {
            cumulated += bucket.load(Relaxed);
            let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {cumulated}");
        }
        let count = self.count.load(Relaxed);
        let sum = Duration::from_micros(self.sum.load(Relaxed)).as_secs_f64();
        let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}");
        let braces = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(out, "{name}_sum{braces} {sum}\n{name}_count{braces} {count}");
    }
}

impl Metrics {
    /// A request was answered. `path` is the index of its description, if it has one.
    pub(crate) fn request(&self, path: Option<usize>, status: StatusCode, time: Duration) {
        let path = path.unwrap_or(PATHS - 1);
        let status =
            STATUSES.iter().position(|known| *known == status.as_u16()).unwrap_or(STATUSES.len() - 1);
        self.requests[path][status].fetch_add(1, Relaxed);
        self.request_times[path].observe(&TIMES, time.as_secs_f64(), micros(time));
    }

    /// Events were committed.
    pub(crate) fn commit(&self, events: usize, time: Duration) {
        let events = u32::try_from(events).unwrap_or(u32::MAX);
        self.commit_sizes.observe(&SIZES, f64::from(events), u64::from(events) * 1_000_000);
        self.commit_times.observe(&TIMES, time.as_secs_f64(), micros(time));
    }

    /// A commit failed.
    pub(crate) fn failed_commit(&self) {
        self.failed_commits.fetch_add(1, Relaxed);
    }

    /// A commit had no answer.
    pub(crate) fn unknown_commit(&self) {
        self.unknown_commits.fetch_add(1, Relaxed);
    }

    /// All numbers in the text format of Prometheus.
    pub(crate) fn to_text(&self, now: &Gauges) -> String {
        let mut out = String::with_capacity(8 * 1024);
        self.write_requests(&mut out);
        head(&mut out, "pio_eventserver_commit_events", "histogram", "Events in a commit.");
        self.commit_sizes.write(&mut out, "pio_eventserver_commit_events", "", &SIZES);
        head(&mut out, "pio_eventserver_commit_seconds", "histogram", "Time that a commit took.");
        self.commit_times.write(&mut out, "pio_eventserver_commit_seconds", "", &TIMES);
        let failed = self.failed_commits.load(Relaxed);
        single(&mut out, "pio_eventserver_failed_commits_total", "counter", "Commits that failed.", failed);
        let unknown = self.unknown_commits.load(Relaxed);
        let help = "Commits without an answer.";
        single(&mut out, "pio_eventserver_unknown_commits_total", "counter", help, unknown);
        let help = "Events of unknown outcome that are recognized when they are sent again.";
        single(&mut out, "pio_eventserver_unknown_events", "gauge", help, now.unknown_events as u64);
        let queued = now.queued_events as u64;
        single(
            &mut out,
            "pio_eventserver_queued_events",
            "gauge",
            "Events that wait for their commit.",
            queued,
        );
        let open = now.connections.open.load(Relaxed);
        single(&mut out, "pio_eventserver_connections", "gauge", "Connections that are open.", open);
        let refused = now.connections.refused.load(Relaxed);
        let help = "Connections that were refused because too many were open.";
        single(&mut out, "pio_eventserver_refused_connections_total", "counter", help, refused);
        write_pools(&mut out, &now.pools);
        let draining = u64::from(now.is_draining);
        single(&mut out, "pio_eventserver_draining", "gauge", "Whether the server is stopping.", draining);
        out
    }

    fn write_requests(&self, out: &mut String) {
        let paths = || DESCRIPTIONS.iter().map(|description| description.path).chain(["other"]);
        let name = "pio_eventserver_requests_total";
        head(out, name, "counter", "Requests that were answered.");
        for (path, statuses) in paths().zip(&self.requests) {
            for (status, count) in STATUSES.iter().zip(statuses) {
                let count = count.load(Relaxed);
                if count > 0 {
                    let _ = writeln!(out, "{name}{{path=\"{path}\",status=\"{status}\"}} {count}");
                }
            }
        }
        let name = "pio_eventserver_request_seconds";
        head(out, name, "histogram", "Time from the head of a request to its response.");
        for (path, times) in paths().zip(&self.request_times) {
            if times.count.load(Relaxed) > 0 {
                times.write(out, name, &format!("path=\"{path}\""), &TIMES);
            }
        }
    }
}

fn write_pools(out: &mut String, pools: &[(&str, PoolStatus)]) {
    let name = "pio_eventserver_database_connections";
    head(out, name, "gauge", "Connections to the database that are open.");
    for (pool, status) in pools {
        let _ = writeln!(out, "{name}{{pool=\"{pool}\"}} {}", status.open);
    }
    let name = "pio_eventserver_database_waiting";
    head(out, name, "gauge", "Requests that wait for a connection to the database.");
    for (pool, status) in pools {
        let _ = writeln!(out, "{name}{{pool=\"{pool}\"}} {}", status.waiting);
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn single(out: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    head(out, name, kind, help);
    let _ = writeln!(out, "{name} {value}");
}
