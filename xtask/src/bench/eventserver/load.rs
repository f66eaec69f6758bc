//! What puts load on: wrk on the event server, pgbench on the database.

use anyhow::{Context as _, Result};
use fs_err as fs;
use tempfile::TempDir;

use crate::bench::bench_env::BenchEnv;
use crate::bench::wrk::{Figures, SECONDS, wrk};

/// One row as pgbench inserts it: what the event server stores of one event of the scripts.
const ROW: &str = "(replace(gen_random_uuid()::text, '-', ''), 'rate', 'user', 'u' || :u, 'item', 'i' || :i, \
    '{\"rating\":' || :r || '}', now(), 'UTC', NULL, NULL, now(), 'UTC')";

/// Requests of one kind.
pub(super) struct Load {
    pub(super) script: &'static str,
    pub(super) path: &'static str,
    pub(super) connections: u32,
    /// How many events a request stores.
    pub(super) events: u64,
}

pub(super) const SINGLE: Load =
    Load { script: include_str!("single.lua"), path: "/events.json", connections: 64, events: 1 };

pub(super) const BATCH: Load =
    Load { script: include_str!("batch.lua"), path: "/batch/events.json", connections: 16, events: 50 };

pub(super) const FIND: Load =
    Load { script: include_str!("find.lua"), path: "/events.json", connections: 16, events: 0 };

/// Sends requests and insists that all of them succeed.
pub(super) fn send(url: &str, key: &str, load: &Load) -> Result<Figures> {
    wrk(url, load.script, &format!("{}?accessKey={key}", load.path), load.connections)
}

/// Inserts rows, so many a transaction, with 16 clients; gives the transactions in a second.
pub(super) fn pgbench(site: &BenchEnv, table: &str, rows: usize) -> Result<f64> {
    let folder = TempDir::new()?;
    let script = folder.path().join("insert.sql");
    let columns = "id, event, entitytype, entityid, targetentitytype, targetentityid, properties, eventtime, \
        eventtimezone, tags, prid, creationtime, creationtimezone";
    let values = vec![ROW; rows].join(", ");
    let variables = "\\set u random(1, 100000)\n\\set i random(1, 10000)\n\\set r random(1, 5)\n";
    fs::write(&script, format!("{variables}INSERT INTO {table} ({columns}) VALUES {values};\n"))?;
    let output = site
        .libpq("pgbench")
        .args(["-n", "-M", "prepared", "-c", "16", "-j", "1", "-T", &SECONDS.to_string(), "-f"])
        .arg(&script)
        .output()?;
    let output = String::from_utf8(output)?;
    let rate = output.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next());
    rate.with_context(|| format!("pgbench gave no rate:\n{output}"))?.parse().context("pgbench's rate")
}
