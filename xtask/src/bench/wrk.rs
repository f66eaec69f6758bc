//! wrk, which puts load on an HTTP server, and what it saw.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use pio_process::command::Command;
use tempfile::TempDir;

/// How long each side is measured in a round.
pub(crate) const SECONDS: u64 = 4;

/// What was answered.
pub(crate) struct Figures {
    /// How many requests were answered.
    pub(crate) requests: u64,
    /// How many of them in a second.
    pub(crate) rate: f64,
    /// How long half of them took at most.
    pub(crate) median: Duration,
    /// How long all but a hundredth of them took at most.
    pub(crate) p99: Duration,
}

/// Sends the requests of a script, which gets one argument, and insists that all of them succeed.
pub(crate) fn wrk(url: &str, script: &str, argument: &str, connections: u32) -> Result<Figures> {
    let folder = TempDir::new()?;
    let file = folder.path().join("load.lua");
    fs::write(&file, [script, include_str!("wrk/done.lua")].concat())?;
    let output = Command::new("wrk")
        .args(["-t", "1", "-c", &connections.to_string(), "-d", &SECONDS.to_string(), "-s"])
        .arg(&file)
        .args([url, "--", argument])
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
    Ok(Figures {
        requests,
        rate: rate(requests, Duration::from_micros(duration)),
        median: Duration::from_micros(median),
        p99: Duration::from_micros(p99),
    })
}

/// How many in a second.
pub(crate) fn rate(count: u64, time: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far fewer requests than a double can count")]
    let count = count as f64;
    count / time.as_secs_f64()
}
