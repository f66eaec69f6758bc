//! `cargo xtask bench`: the bars of speed and memory, each measured beside what it is compared with, in one run on one machine.
//!
//! Absolute times say little on a shared machine; the ratios are what is kept. One file a subject.

mod bench_env;
mod console;
mod eventserver;
mod query;
mod report;
mod timing;
mod train;
mod wrk;

use anyhow::Result;
use clap::{Args, ValueEnum};

use report::Report;

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// What to measure; everything where nothing is named
    #[arg(value_enum)]
    subjects: Vec<Subject>,
    /// One JSON value on standard output instead of a table
    #[arg(long)]
    json: bool,
    /// Fail where a bar is not met
    #[arg(long)]
    strict: bool,
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// `pio` commands that only touch the database, beside psql
    Console,
    /// The event server, beside pgbench
    Eventserver,
    /// A deployed engine, beside its worker without the front
    Query,
    /// A training, beside a bare Spark job
    Train,
}

/// Measures and reports.
pub(crate) fn run(options: &Options) -> Result<()> {
    let subjects = if options.subjects.is_empty() { Subject::value_variants() } else { &options.subjects };
    let mut report = Report::default();
    for subject in subjects {
        match subject {
            Subject::Console => console::measure(&mut report)?,
            Subject::Eventserver => eventserver::measure(&mut report)?,
            Subject::Query => query::measure(&mut report)?,
            Subject::Train => train::measure(&mut report)?,
        }
    }
    report.print(options.json)?;
    if options.strict { report.all_met() } else { Ok(()) }
}
