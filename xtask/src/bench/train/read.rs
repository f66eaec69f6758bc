//! Reading two million events into Spark, beside plain JDBC in one partition with a cursor.

use anyhow::{Context as _, Result};

use super::MASTER;
use super::spark_job::SparkJob;
use crate::bench::bench_env::BenchEnv;
use crate::bench::report::{Bar, Report, Row};

const APP: &str = "Many";

/// How many times each side reads, in turns; of their ratios the median counts.
const ROUNDS: usize = 5;

/// Two million events of 100,000 users, as the event server would have stored them.
const EVENTS: &str = "SELECT replace(gen_random_uuid()::text, '-', ''), 'rate', 'user', 'u' || (n * 7919 % 100000 + 1), \
    'item', 'i' || n % 10000, '{\"rating\":4}', now() - n * interval '1 s', 'UTC', NULL, NULL, now(), 'UTC' \
    FROM generate_series(1::bigint, 2000000) AS n";

/// Measures both.
pub(super) fn measure(site: &BenchEnv, report: &mut Report) -> Result<()> {
    site.pio.new_app(APP)?;
    let id = site.sql(&[&format!("SELECT id FROM pio_meta_apps WHERE name = '{APP}'")])?;
    let table = format!("pio_event_{}", id.trim());
    site.sql(&[&format!("INSERT INTO {table} {EVENTS}"), &format!("VACUUM ANALYZE {table}"), "CHECKPOINT"])?;
    let job = SparkJob::compile("Read", include_str!("Read.scala"), true)?;
    let printed = job
        .command("2g", MASTER)?
        .args([APP, &table, &site.database.jdbc_url(), &site.database.user, &ROUNDS.to_string()])
        .env("BENCH_PASSWORD", site.database.password.expose())
        .output()?;
    report.add(row(&rounds(&String::from_utf8(printed)?)?)?);
    Ok(())
}

/// Milliseconds of both sides, round by round.
fn rounds(printed: &str) -> Result<Vec<(f64, f64)>> {
    let lines = printed.lines().filter_map(|line| line.strip_prefix("figures "));
    lines.map(|line| numbers(line).with_context(|| format!("no figures: {line}"))).collect()
}

fn numbers(line: &str) -> Option<(f64, f64)> {
    let mut numbers = line.split(' ').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn row(rounds: &[(f64, f64)]) -> Result<Row> {
    let mut ratios: Vec<f64> = rounds.iter().map(|(ours, theirs)| theirs / ours).collect();
    ratios.sort_by(f64::total_cmp);
    Ok(Row {
        what: format!(
            "reading 2 M events into Spark, {MASTER}, beside plain JDBC in one partition with a cursor"
        ),
        figures: format!("milliseconds of ours and theirs, round by round: {rounds:.0?}"),
        value: *ratios.get(ratios.len() / 2).context("the job printed no figures")?,
        unit: "×",
        bar: Some(Bar::AtLeast(1.8)),
    })
}
