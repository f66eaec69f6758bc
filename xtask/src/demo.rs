//! `cargo xtask demo`: events → train → deploy → query, on real ratings, for a person to watch.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use e2e::cluster::Cluster;
use e2e::engine::Engine;
use e2e::pio::Pio;
use e2e::{http, ratings};
use serde_json::{Value, json};

use crate::{build, log, project, runtime, tools, vendor};

const APP: &str = "MyApp1";

/// How long the deployed engine may take to load its model.
const READY: Duration = Duration::from_mins(2);

/// Sets up all that is needed and walks through the whole system.
pub(crate) fn run() -> Result<()> {
    let root = project::root();
    let start = Instant::now();
    tools::need(tools::ALL)?;
    vendor::run(&vendor::Options {})?;
    runtime::run(&runtime::Options {})?;
    let binary = build::pio(root)?;

    let home = build::private_home()?;
    let pio = Pio::new(binary, home.path());
    let walked = walk(&pio, root);
    log::step("Cleaning up: stopping the database, removing its data");
    let stopped = pio.run(&["stop-all"]);
    walked.and(stopped)?;
    log::step(format_args!("Done in {:.0} s", start.elapsed().as_secs_f64()));
    Ok(())
}

fn walk(pio: &Pio, root: &Path) -> Result<()> {
    log::step("Creating an app (this starts the embedded PostgreSQL)");
    let key = pio.new_app(APP)?;

    let events = ratings::read(&root.join("engines/recommendation/data/ratings.txt"))?;
    log::step(format_args!("Sending {} ratings to the event server over HTTP", events.len()));
    let server = pio.event_server()?;
    ratings::send(&events, &server.url, &key)?;

    log::step("Building the recommendation engine (sbt)");
    let built = build::engine(pio, root, "recommendation")?;
    let engine = Engine::copy(&built, APP)?;

    log::step("Training on Spark, master local[*]");
    train(pio, engine.path(), &[])?;

    log::step("Starting a Spark standalone master and worker, and training on them");
    let cluster = Cluster::start(1)?;
    train(pio, engine.path(), &["--", "--master", &cluster.master.url])?;
    drop(cluster);

    log::step("Deploying");
    let start = Instant::now();
    let deployed = pio.deploy(engine.path(), &[])?;
    deployed.wait_until_ready("/readyz", READY)?;
    log::say(format_args!("       ready after {:.1} s at {}", start.elapsed().as_secs_f64(), deployed.url));
    for user in ["1", "2"] {
        ask(&deployed.url, &json!({ "user": user, "num": 4 }))?;
    }

    log::step("Stopping the engine and the event server");
    deployed.stop()?;
    server.stop()?;
    Ok(())
}

fn train(pio: &Pio, engine: &Path, options: &[&str]) -> Result<()> {
    let done = pio.run_in(engine, &[&["train"], options].concat())?.success()?;
    for line in done.stdout.lines().chain(done.stderr.lines()) {
        log::say(format_args!("       {line}"));
    }
    log::say(format_args!("       trained in {:.1} s", done.elapsed.as_secs_f64()));
    Ok(())
}

fn ask(server: &str, query: &Value) -> Result<()> {
    let answer = http::post(&format!("{server}/queries.json"), query)?;
    log::say(format_args!("       POST /queries.json {query}\n       {} {}", answer.status, answer.body));
    let scores = answer.body["itemScores"].as_array().map_or(0, Vec::len);
    ensure!(answer.status == 200 && scores == 4, "the engine did not answer with four item scores");
    Ok(())
}
