//! `pio` commands that only touch the database, beside psql running the same SQL.

use anyhow::Result;

use super::bench_env::BenchEnv;
use super::report::{Bar, Report, Row};
use super::timing::{median, timed};

/// How many times each side runs; the medians are compared.
const ROUNDS: usize = 41;

/// The SQL behind `pio app list`.
const SQL: &str = "SELECT a.id, a.name, k.accesskey, k.events FROM pio_meta_apps a \
                   LEFT JOIN pio_meta_accesskeys k ON k.appid = a.id ORDER BY a.name";

/// Measures `pio app list` with ten apps.
pub(crate) fn measure(report: &mut Report) -> Result<()> {
    let site = BenchEnv::prepare()?;
    for number in 0..10 {
        site.pio.new_app(&format!("app{number}"))?;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(timed(|| site.pio.run(&["app", "list"]).map(drop))?);
        theirs.push(timed(|| Ok(site.libpq("psql").args(["-X", "-c", SQL]).output().map(drop)?))?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    report.add(Row {
        what: "pio app list, beside psql with the same SQL (wall time)".to_owned(),
        figures: format!("pio {:.1} ms, psql {:.1} ms", ours * 1e3, theirs * 1e3),
        value: ours / theirs,
        unit: "×",
        bar: Some(Bar::AtMost(3.0)),
    });
    Ok(())
}
