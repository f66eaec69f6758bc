//! What puts load on: wrk on the event server, pgbench on the database.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use pio_process::command::Command;
use tempfile::TempDir;

use crate::bench::site::Site;

/// How long each side is measured in a round.
const SECONDS: &str = "4";

/// One row as pgbench inserts it: what the event server stores of one event of the scripts.
const ROW: &str = "(replace(gen_random_uuid()::text, '-', ''), 'rate', 'user', 'u' || :u, 'item', 'i' || :i, \
    '{\"rating\":' || :r || '}', now(), 'UTC', NULL, NULL, now(), 'UTC')";

/// Requests of one kind.
pub(super) struct Load {
    pub(super) script: &'static str,
    pub(super) path: &'static str,
    pub(super) connections: &'static str,
    /// How many events a request stores.
    pub(super) events: u64,
}

pub(super) const SINGLE: Load =
    Load { script: include_str!("single.lua"), path: "/events.json", connections: "64", events: 1 };

pub(super) const BATCH: Load =
    Load { script: include_str!("batch.lua"), path: "/batch/events.json", connections: "16", events: 50 };

pub(super) const FIND: Load =
    Load { script: include_str!("find.lua"), path: "/events.json", connections: "16", events: 0 };

/// What wrk saw.
pub(super) struct Figures {
    /// How many requests were answered.
    pub(super) requests: u64,
    /// How many of them in a second.
    pub(super) rate: f64,
    pub(super) median: Duration,
    pub(super) p99: Duration,
}

/// Sends requests and insists that all of them succeed.
pub(super) fn wrk(url: &str, key: &str, load: &Load) -> Result<Figures> {
    let folder = TempDir::new()?;
    let script = folder.path().join("load.lua");
    fs::write(&script, [load.script, include_str!("done.lua")].concat())?;
    let output = Command::new("wrk")
        .args(["-t", "1", "-c", load.connections, "-d", SECONDS, "-s"])
        .arg(&script)
        .args([url, "--", &format!("{}?accessKey={key}", load.path)])
        .output()?;
    let output = String::from_utf8(output)?;
    let line = output.lines().find_map(|line| line.strip_prefix("figures "));
    figures(line.with_context(|| format!("wrk gave no figures:\n{output}"))?)
}

fn figures(line: &str) -> Result<Figures> {
    let numbers = line.split(' ').map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let &[requests, duration, failed, median, p99] = &numbers[..] else {
        anyhow::bail!("wrk gave other figures than asked for: {line}")
    };
    ensure!(requests > 0 && failed == 0, "{failed} of {requests} requests failed");
    #[expect(clippy::cast_precision_loss, reason = "far fewer requests than a double can count")]
    let rate = requests as f64 / Duration::from_micros(duration).as_secs_f64();
    Ok(Figures { requests, rate, median: Duration::from_micros(median), p99: Duration::from_micros(p99) })
}

/// Inserts rows, so many a transaction, with 16 clients; gives the transactions in a second.
pub(super) fn pgbench(site: &Site, table: &str, rows: usize) -> Result<f64> {
    let folder = TempDir::new()?;
    let script = folder.path().join("insert.sql");
    let columns = "id, event, entitytype, entityid, targetentitytype, targetentityid, properties, eventtime, \
        eventtimezone, tags, prid, creationtime, creationtimezone";
    let values = vec![ROW; rows].join(", ");
    let variables = "\\set u random(1, 100000)\n\\set i random(1, 10000)\n\\set r random(1, 5)\n";
    fs::write(&script, format!("{variables}INSERT INTO {table} ({columns}) VALUES {values};\n"))?;
    let output = site
        .libpq("pgbench")
        .args(["-n", "-M", "prepared", "-c", "16", "-j", "1", "-T", SECONDS, "-f"])
        .arg(&script)
        .output()?;
    let output = String::from_utf8(output)?;
    let rate = output.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
    rate.with_context(|| format!("pgbench gave no rate:\n{output}"))?.parse().context("pgbench's rate")
}
