//! `pio train`, beside the same matrix factorisation as a bare spark-submit job that reads a file; and the reading alone.

mod read;
mod spark_job;

use std::fmt::Write as _;

use anyhow::Result;
use e2e::engine::Engine;
use fs_err as fs;

use super::bench_env::BenchEnv;
use super::report::{Bar, Report, Row};
use super::timing::{median, timed};
use crate::{build, project, runtime, tools};
use spark_job::SparkJob;

const RATINGS: u32 = 100_000;
const MASTER: &str = "local[2]";
const APP: &str = "Ratings";

/// How many times each side trains, in turns; the medians are compared.
const ROUNDS: usize = 3;

/// The job that is compared with.
const BARE: &str = include_str!("train/Bare.scala");

/// Measures both.
pub(crate) fn measure(report: &mut Report) -> Result<()> {
    let site = BenchEnv::prepare()?;
    tools::need(tools::ALL)?;
    runtime::run(&runtime::Options {})?;
    let engine = engine(&site)?;
    let bare = bare()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(timed(|| {
            site.pio.run_in(engine.path(), &["train", "--", "--master", MASTER])?.success().map(drop)
        })?);
        // With the spark-submit script's own 1 GB for the driver.
        theirs.push(timed(|| {
            Ok(bare.command("1g", MASTER)?.arg(bare.file("ratings.csv")).output().map(drop)?)
        })?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    report.add(Row {
        what: format!(
            "pio train, {RATINGS} ratings, rank 10, 20 iterations, {MASTER}, beside a bare Spark job"
        ),
        figures: format!(
            "pio train {ours:.1} s, the bare job {theirs:.1} s (medians of {ROUNDS} runs in turns)"
        ),
        value: ours / theirs,
        unit: "×",
        bar: Some(Bar::AtMost(1.3)),
    });
    read::measure(&site, report)
}

/// The recommendation engine with its app and the ratings in it.
fn engine(site: &BenchEnv) -> Result<Engine> {
    let engine = Engine::copy(&build::engine(&site.pio, project::root(), "recommendation")?, APP)?;
    engine.edit("engine.json", |variant| {
        let params = &mut variant["algorithms"][0]["params"];
        params["rank"] = 10.into();
        params["numIterations"] = 20.into();
    })?;
    site.pio.new_app(APP)?;
    let events = engine.file("events.jsonl");
    fs::write(
        &events,
        lines(|user, item, rating| {
            format!(
                r#"{{"event":"rate","entityType":"user","entityId":"{user}","targetEntityType":"item","targetEntityId":"{item}","properties":{{"rating":{rating}}}}}"#
            )
        })?,
    )?;
    site.pio.run_in(engine.path(), &["import", "--appid", "1", "--input", "events.jsonl"])?.success()?;
    Ok(engine)
}

/// A line for each rating: 1,000 users, 1,700 items, drawn by a generator that always draws the same.
fn lines(line: impl Fn(u32, u32, u32) -> String) -> Result<String> {
    let mut state = 1_u32;
    let mut draw = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut text = String::new();
    for _ in 0..RATINGS {
        writeln!(text, "{}", line(1 + draw(1_000), 1 + draw(1_700), 1 + draw(5)))?;
    }
    Ok(text)
}

/// The job that is compared with, and its input.
fn bare() -> Result<SparkJob> {
    let job = SparkJob::compile("Bare", BARE, false)?;
    fs::write(job.file("ratings.csv"), lines(|user, item, rating| format!("{user},{item},{rating}"))?)?;
    Ok(job)
}
