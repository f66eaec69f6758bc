//! A deployed engine: what its front costs beside the worker answered directly, and how soon it is there.

mod direct;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use e2e::engine::Engine;
use e2e::http;
use e2e::server::Server;

use super::bench_env::BenchEnv;
use super::report::{Bar, Report, Row};
use super::timing::median;
use super::wrk::wrk;
use crate::{build, project, runtime, tools};
use direct::Direct;

const APP: &str = "Queries";
const MASTER: &[&str] = &["--master", "local[2]"];

/// How often both sides are put under load before they are measured: Java compiles what is called often, which took some 12 s.
const WARM_UPS: usize = 4;

/// How many times both sides are measured, in turns.
const ROUNDS: usize = 5;

/// How often the engine is deployed.
const STARTS: usize = 3;

/// What PIO answered at 16 connections on a machine like the one on which the bars were set.
const PIO: f64 = 134.0;

/// Measures the start and both sides.
pub(crate) fn measure(report: &mut Report) -> Result<()> {
    tools::need(&[tools::WRK])?;
    let site = BenchEnv::prepare()?;
    runtime::run(&runtime::Options {})?;
    let (engine, instance) = trained(&site)?;
    let (server, starts) = deployed(&site, &engine)?;
    let mut direct = Direct::start(&site, engine.path(), &instance, MASTER)?;
    for _ in 0..WARM_UPS {
        wrk(&server.url, QUERIES, PATH, 16)?;
        direct.ask(16)?;
    }
    let mut sides = Sides::default();
    for _ in 0..ROUNDS {
        sides.measure(&mut direct, &server)?;
    }
    for row in starts.into_iter().chain(sides.rows()) {
        report.add(row);
    }
    Ok(())
}

const QUERIES: &str = include_str!("query/query.lua");
const PATH: &str = "/queries.json";

/// The recommendation engine, trained with its sample ratings.
fn trained(site: &BenchEnv) -> Result<(Engine, String)> {
    let engine = Engine::copy(&build::engine(&site.pio, project::root(), "recommendation")?, APP)?;
    site.pio.new_app(APP)?;
    let ratings = e2e::ratings::read(&engine.file("data/ratings.txt"))?;
    let lines: Vec<String> = ratings.iter().map(ToString::to_string).collect();
    fs_err::write(engine.file("events.jsonl"), lines.join("\n"))?;
    site.pio.run_in(engine.path(), &["import", "--appid", "1", "--input", "events.jsonl"])?.success()?;
    let train = [&["train", "--json", "--"], MASTER].concat();
    let trained = site.pio.run_in(engine.path(), &train)?.success()?.json()?;
    let instance = trained["engineInstanceId"].as_str().context("the train names no instance")?;
    Ok((engine, instance.to_owned()))
}

/// Deploys again and again, measures how soon the port is bound and the engine ready, and keeps the last one.
fn deployed(site: &BenchEnv, engine: &Engine) -> Result<(Server, [Row; 2])> {
    let (mut bound, mut ready) = (Vec::new(), Vec::new());
    let server = loop {
        let start = Instant::now();
        let server = site.pio.deploy(engine.path(), &[&["--"], MASTER].concat())?;
        bound.push(until(&server, start, |_| true)?);
        ready.push(until(&server, start, |status| status == 200)?);
        if ready.len() == STARTS {
            break server;
        }
        server.stop()?;
    };
    let row = |what: &str, times, most| Row {
        what: format!("pio deploy of the sample engine, from start until {what}"),
        figures: format!("median of {STARTS} starts"),
        value: median(times),
        unit: "s",
        bar: Some(Bar::AtMost(most)),
    };
    Ok((server, [row("its port answers", bound, 1.0), row("it is ready", ready, 6.0)]))
}

fn until(server: &Server, start: Instant, is_so: impl Fn(u16) -> bool) -> Result<Duration> {
    while !http::get(&format!("{}/readyz", server.url)).is_ok_and(|answer| is_so(answer.status)) {
        ensure!(start.elapsed() < Duration::from_mins(1), "not within a minute:\n{}", server.log());
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(start.elapsed())
}

/// Medians of one query at a time and rates at 16, round by round.
#[derive(Default)]
struct Sides {
    direct: Vec<Duration>,
    fronted: Vec<Duration>,
    direct_rates: Vec<f64>,
    fronted_rates: Vec<f64>,
}

impl Sides {
    fn measure(&mut self, direct: &mut Direct, server: &Server) -> Result<()> {
        self.direct.push(direct.ask(1)?.median);
        self.fronted.push(wrk(&server.url, QUERIES, PATH, 1)?.median);
        self.direct_rates.push(direct.ask(16)?.rate);
        self.fronted_rates.push(wrk(&server.url, QUERIES, PATH, 16)?.rate);
        Ok(())
    }

    fn rows(self) -> [Row; 3] {
        let (direct, fronted) = (median(self.direct) * 1e3, median(self.fronted) * 1e3);
        // Round by round, since a machine's speed changes between them.
        let ratios = self.fronted_rates.iter().zip(&self.direct_rates).map(|(front, worker)| front / worker);
        let ratio = middle(ratios.collect());
        let (worker, front) = (middle(self.direct_rates), middle(self.fronted_rates));
        [
            Row {
                what: "query front at 1 connection, beside the worker itself: what it adds at the median"
                    .to_owned(),
                figures: format!(
                    "with the front {fronted:.2} ms, the worker itself {direct:.2} ms (medians of {ROUNDS} rounds)"
                ),
                value: fronted - direct,
                unit: "ms",
                bar: Some(Bar::AtMost(0.3)),
            },
            Row {
                what: "query front at 16 connections, beside the worker itself with 16 queries under way"
                    .to_owned(),
                figures: format!(
                    "with the front {front:.0}/s, the worker itself {worker:.0}/s (medians of {ROUNDS} rounds, as is the ratio)"
                ),
                value: ratio,
                unit: "×",
                bar: Some(Bar::AtLeast(0.8)),
            },
            Row {
                what: "queries at 16 connections, beside PIO's 134/s".to_owned(),
                figures: format!("{front:.0}/s"),
                value: front / PIO,
                unit: "×",
                bar: Some(Bar::AtLeast(2.0)),
            },
        ]
    }
}

fn middle(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
