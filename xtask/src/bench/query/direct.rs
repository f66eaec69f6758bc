//! A worker without a front: the bench speaks over the link itself, as the front does.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use pio_closure::closure::Closure;
use pio_engine::build;
use pio_engine::engine::{Engine, EngineOptions};
use pio_engine::job::{Job, JobOptions, ServeOptions, Verb};
use pio_process::child_async::AsyncChild;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::runtime::{Builder, Runtime};

use crate::bench::bench_env::BenchEnv;
use crate::bench::wrk::{SECONDS, rate};

/// A worker; it ends when its link is dropped.
pub(super) struct Direct {
    runtime: Runtime,
    input: BufReader<OwnedReadHalf>,
    output: OwnedWriteHalf,
    sent: u64,
    _process: AsyncChild,
}

/// What was answered.
pub(super) struct Answered {
    pub(super) rate: f64,
    pub(super) median: Duration,
}

impl Direct {
    /// Starts a worker for an engine instance and waits until it is ready.
    pub(super) fn start(
        site: &BenchEnv,
        engine: &std::path::Path,
        instance: &str,
        spark: &[&str],
    ) -> Result<Self> {
        let closure = Closure::locate()?;
        let engine =
            Engine::open(&EngineOptions { folder: Some(engine.into()), ..EngineOptions::default() })?;
        let built = build::ensure(&closure, &engine.folder, &(Arc::new(|_| {}) as _))?;
        let job = Job {
            closure: &closure,
            engine: &engine,
            built: &built,
            database: &site.database,
            verb: Verb::Serve(ServeOptions { engine_instance_id: instance.to_owned() }),
            options: JobOptions {
                spark_options: spark.iter().map(|&word| word.to_owned()).collect(),
                ..JobOptions::default()
            },
        };
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let guard = runtime.enter();
        let worker = job.start_worker()?;
        worker.link.set_nonblocking(true)?;
        let (input, output) = UnixStream::from_std(worker.link)?.into_split();
        drop(guard);
        let input = BufReader::with_capacity(64 * 1024, input);
        let mut direct = Self { runtime, input, output, sent: 0, _process: worker.process };
        while direct.runtime.block_on(next(&mut direct.input))?["type"] != "ready" {}
        Ok(direct)
    }

    /// Asks for some seconds, with so many queries under way at any time.
    pub(super) fn ask(&mut self, at_once: usize) -> Result<Answered> {
        let Self { runtime, input, output, sent, .. } = self;
        runtime.block_on(async {
            let start = Instant::now();
            let mut under_way = HashMap::new();
            let mut times = Vec::new();
            let mut lines = Vec::new();
            loop {
                while under_way.len() < at_once && start.elapsed().as_secs() < SECONDS {
                    *sent += 1;
                    let body = json!({ "user": (*sent % 30).to_string(), "num": 4 }).to_string();
                    serde_json::to_writer(
                        &mut lines,
                        &json!({ "type": "query", "id": *sent, "body": body }),
                    )?;
                    lines.push(b'\n');
                    under_way.insert(*sent, Instant::now());
                }
                output.write_all(&lines).await?;
                lines.clear();
                if under_way.is_empty() {
                    break;
                }
                loop {
                    let answer = next(input).await?;
                    ensure!(answer["status"] == 200, "a query failed: {answer}");
                    let id = answer["id"].as_u64().context("an answer without an id")?;
                    let asked = under_way.remove(&id).context("an answer that nobody asked for")?;
                    times.push(asked.elapsed());
                    if !input.buffer().contains(&b'\n') {
                        break;
                    }
                }
            }
            let rate = rate(times.len() as u64, start.elapsed());
            times.sort_unstable();
            Ok(Answered { rate, median: times[times.len() / 2] })
        })
    }
}

async fn next(input: &mut BufReader<OwnedReadHalf>) -> Result<Value> {
    let mut line = String::new();
    ensure!(input.read_line(&mut line).await? > 0, "the worker has ended");
    serde_json::from_str(&line).with_context(|| line)
}
