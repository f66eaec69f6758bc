//! The event server beside pgbench, which commits the same rows to the same server.
//!
//! Both sides are compared on equal tables: on one as PIO made it, with a primary key and nothing else, and on one with this
//! server's two indexes. What those cost is a line of its own.

mod load;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use e2e::http;
use e2e::server::Server;
use fs_err as fs;

use super::bench_env::BenchEnv;
use super::report::{Bar, Report, Row};
use super::wrk::Figures;
use crate::tools;
use load::{BATCH, FIND, Load, SINGLE, pgbench, send};

/// How many times all sides are measured, one after the other; of their ratios the median counts.
const ROUNDS: usize = 5;

/// How often the server is started.
const STARTS: usize = 9;

/// The event table of the first app, and its copy for pgbench.
const OURS: &str = "pio_event_1";
const THEIRS: &str = "pgbench_event";

const INDEXES: [(&str, &str); 2] =
    [("entity", "(hashtextextended(entityid, 0), eventtime)"), ("time", "(eventtime)")];

/// Two million events of 100,000 users.
const MANY: &str = "INSERT INTO pio_event_2 SELECT replace(gen_random_uuid()::text, '-', ''), 'rate', 'user', \
    'u' || (n * 7919 % 100000 + 1), 'item', 'i' || n % 10000, '{\"rating\":4}', now() - n * interval '1 s', 'UTC', \
    NULL, NULL, now(), 'UTC' FROM generate_series(1::bigint, 2000000) AS n";

/// Measures writing, reading, memory and start.
pub(crate) fn measure(report: &mut Report) -> Result<()> {
    tools::need(&[tools::WRK])?;
    let site = BenchEnv::prepare()?;
    let key = site.pio.new_app("bench")?;
    let other = site.pio.new_app("many")?;
    report.add(start(&site)?);
    let server = site.pio.event_server()?;
    site.sql(&[
        &format!("CREATE TABLE {THEIRS} (LIKE {OURS} INCLUDING DEFAULTS)"),
        &format!("ALTER TABLE {THEIRS} ADD PRIMARY KEY (id)"),
    ])?;
    let single = compare(&site, &server, &key, &SINGLE, 1)?;
    single.beside_pgbench(report, "single events at 64 connections", 1.9);
    report.add(single.slowest());
    report.add(single.indexes("single events"));
    let batch = compare(&site, &server, &key, &BATCH, 50)?;
    batch.beside_pgbench(report, "batches of 50 at 16 connections", 1.15);
    report.add(batch.indexes("batches of 50"));
    site.sql(&[MANY, "VACUUM ANALYZE pio_event_2"])?;
    report.add(look_ups(&send(&server.url, &other, &FIND)?));
    report.add(memory(&server)?);
    Ok(())
}

/// Rates of one kind of load, in events or rows a second, round by round.
#[derive(Default)]
struct Sides {
    /// On a table as PIO made it.
    plain: Rates,
    /// On a table with this server's indexes.
    indexed: Rates,
    p99: Vec<f64>,
}

/// Both sides on equal tables.
#[derive(Default)]
struct Rates {
    ours: Vec<f64>,
    pgbench: Vec<f64>,
}

impl Rates {
    fn ratio(&self) -> f64 {
        median(&ratios(&self.ours, &self.pgbench))
    }
}

fn compare(site: &BenchEnv, server: &Server, key: &str, load: &Load, rows: u32) -> Result<Sides> {
    let mut sides = Sides::default();
    for _ in 0..ROUNDS {
        for (table, index) in [OURS, THEIRS].iter().flat_map(|table| INDEXES.map(|index| (table, index))) {
            site.sql(&[&format!("DROP INDEX IF EXISTS {table}_{}", index.0)])?;
        }
        let figures = round(site, server, key, load, rows, &mut sides.plain)?;
        sides.p99.push(figures.p99.as_secs_f64() * 1e3);
        for (table, index) in [OURS, THEIRS].iter().flat_map(|table| INDEXES.map(|index| (table, index))) {
            site.sql(&[
                &format!("TRUNCATE {table}"),
                &format!("CREATE INDEX {table}_{} ON {table} {}", index.0, index.1),
            ])?;
        }
        round(site, server, key, load, rows, &mut sides.indexed)?;
    }
    Ok(sides)
}

/// Measures pgbench and the event server, one after the other.
fn round(
    site: &BenchEnv,
    server: &Server,
    key: &str,
    load: &Load,
    rows: u32,
    rates: &mut Rates,
) -> Result<Figures> {
    site.sql(&[&format!("TRUNCATE {THEIRS}"), "CHECKPOINT"])?;
    rates.pgbench.push(pgbench(site, THEIRS, rows as usize)? * f64::from(rows));
    let figures = stored(site, server, key, load)?;
    rates.ours.push(figures.rate * f64::from(rows));
    Ok(figures)
}

/// Sends load to an empty table, and insists that all of it is stored.
fn stored(site: &BenchEnv, server: &Server, key: &str, load: &Load) -> Result<Figures> {
    site.sql(&[&format!("TRUNCATE {OURS}"), "CHECKPOINT"])?;
    let figures = send(&server.url, key, load)?;
    let stored: u64 = site.sql(&[&format!("SELECT count(*) FROM {OURS}")])?.trim().parse()?;
    let sent = figures.requests * load.events;
    ensure!(stored >= sent, "{sent} events were acknowledged and {stored} are stored");
    Ok(figures)
}

impl Sides {
    fn beside_pgbench(&self, report: &mut Report, what: &str, bar: f64) {
        for (rates, table) in [
            (&self.plain, "a table as PIO made it"),
            (&self.indexed, "a table with the indexes by entity and time"),
        ] {
            let (ours, theirs) = (median(&rates.ours), median(&rates.pgbench));
            report.add(Row {
                what: format!("{what}, beside pgbench -M prepared with 16 clients, each on {table} (rows/s)"),
                figures: format!(
                    "event server {ours:.0}/s, pgbench {theirs:.0}/s, medians of {ROUNDS} rounds"
                ),
                value: rates.ratio(),
                unit: "×",
                bar: Some(Bar::AtLeast(bar)),
            });
        }
    }

    fn slowest(&self) -> Row {
        Row {
            what: "the slowest hundredth of single events at 64 connections".to_owned(),
            figures: format!("p99 of the rounds: {:.1?} ms", self.p99),
            value: median(&self.p99),
            unit: "ms",
            bar: Some(Bar::AtMost(5.0)),
        }
    }

    fn indexes(&self, what: &str) -> Row {
        let (with, without) = (median(&self.indexed.ours), median(&self.plain.ours));
        let beside = median(&ratios(&self.indexed.ours, &self.plain.pgbench));
        Row {
            what: format!("{what} with the indexes by entity and time, beside the same without them"),
            figures: format!(
                "with {with:.0}/s, without {without:.0}/s; with them beside pgbench without: {beside:.2} ×"
            ),
            value: median(&ratios(&self.indexed.ours, &self.plain.ours)),
            unit: "×",
            bar: None,
        }
    }
}

/// From the start of the process to its first answer.
fn start(site: &BenchEnv) -> Result<Row> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let server = site.pio.serve(&std::env::temp_dir(), &["eventserver", "--ip", "127.0.0.1"], &[])?;
        while http::get(&format!("{}/", server.url)).is_err() {
            ensure!(start.elapsed() < Duration::from_secs(10), "no answer:\n{}", server.log());
            std::thread::sleep(Duration::from_millis(1));
        }
        times.push(start.elapsed().as_secs_f64());
        server.stop()?;
    }
    Ok(Row {
        what: "event server, from start to first answer".to_owned(),
        figures: format!("median of {STARTS} starts"),
        value: median(&times),
        unit: "s",
        bar: Some(Bar::AtMost(0.1)),
    })
}

fn look_ups(figures: &Figures) -> Row {
    Row {
        what: "look-ups by entity among 2 M events, limit 20, at 16 connections".to_owned(),
        figures: format!("median {:.1?}, p99 {:.1?}", figures.median, figures.p99),
        value: figures.rate,
        unit: "/s",
        bar: Some(Bar::AtLeast(5000.0)),
    }
}

/// The most memory that the server had resident in all of the above.
fn memory(server: &Server) -> Result<Row> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id()))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: f64 = peak.trim().trim_end_matches(" kB").parse()?;
    Ok(Row {
        what: "event server, most memory resident under all this load".to_owned(),
        figures: "VmHWM".to_owned(),
        value: kilobytes / 1024.0,
        unit: "MiB",
        bar: Some(Bar::AtMost(30.0)),
    })
}

fn ratios(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect()
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
