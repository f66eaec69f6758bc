//! `pio train`, beside the same matrix factorisation as a bare spark-submit job that reads a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use e2e::engine::Engine;
use fs_err as fs;
use pio_closure::closure::Closure;
use pio_closure::jvm;
use tempfile::TempDir;

use super::report::{Bar, Report, Row};
use super::site::Site;
use super::timing::{median, timed};
use crate::{build, project, runtime, tools};

const RATINGS: u32 = 100_000;
const MASTER: &str = "local[2]";
const APP: &str = "Ratings";

/// How many times each side trains, in turns; the medians are compared.
const ROUNDS: usize = 3;

/// The job that is compared with.
const BARE: &str = include_str!("train/Bare.scala");

/// Measures both.
pub(crate) fn measure(report: &mut Report) -> Result<()> {
    let site = Site::prepare()?;
    tools::need(tools::ALL)?;
    runtime::run(&runtime::Options {})?;
    let engine = engine(&site)?;
    let bare = Bare::prepare()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(timed(|| {
            site.pio.run_in(engine.path(), &["train", "--", "--master", MASTER])?.success().map(drop)
        })?);
        theirs.push(timed(|| bare.train())?);
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
    Ok(())
}

/// The recommendation engine with its app and the ratings in it.
fn engine(site: &Site) -> Result<Engine> {
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

/// The job that is compared with, compiled, and its input.
struct Bare {
    closure: Closure,
    folder: TempDir,
}

impl Bare {
    fn prepare() -> Result<Self> {
        let bare = Self { closure: Closure::locate()?, folder: tempfile::tempdir()? };
        let source = bare.file("Bare.scala");
        fs::write(&source, BARE)?;
        fs::write(bare.file("ratings.csv"), lines(|user, item, rating| format!("{user},{item},{rating}"))?)?;
        jvm::spark(&bare.closure)?
            .arg("-cp")
            .arg(jvm::class_path(&bare.closure, &bare.closure.jars()?))
            .args(["scala.tools.nsc.Main", "-usejavacp", "-d"])
            .arg(bare.file("bare.jar"))
            .arg(source)
            .run()?;
        Ok(bare)
    }

    /// As the spark-submit script starts it, with the script's own 1 GB for the driver.
    fn train(&self) -> Result<()> {
        jvm::spark(&self.closure)?
            .args(jvm::spark_flags(&self.closure))
            .args(["-Xmx1g", "-cp"])
            .arg(jvm::class_path(&self.closure, &self.closure.jars()?))
            .args(["org.apache.spark.deploy.SparkSubmit", "--master", MASTER, "--class", "Bare"])
            .arg(self.file("bare.jar"))
            .arg(self.file("ratings.csv"))
            .output()?;
        Ok(())
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::join(self.folder.path(), name)
    }
}
