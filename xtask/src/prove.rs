//! `cargo xtask prove`: random schedules of faults against a real event server and a real deployed engine under load.
//!
//! After each round: every acknowledged event is stored, none twice, every promise of a 503 was kept, both servers are ready again,
//! neither ended by itself. `docs/durability.md` lists the promises. A seed fixes the schedule of a round, not its timing.

mod clients;
mod faults;
mod ledger;
mod plan;
mod queries;
mod round;
mod site;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use pio_process::command::Command;

use crate::{log, project, runtime, tally::Tally, tools, vendor};
use plan::Plan;
use round::Outcome;
use site::{Program, Site};

/// How many rounds the control may take until the faulty server is found out.
const CONTROL_ROUNDS: u64 = 20;

/// What to try.
#[derive(Args)]
pub(crate) struct Options {
    /// How many rounds
    #[arg(long, value_name = "N", default_value_t = 20)]
    rounds: u64,
    /// The seed of the first round; each further round has the next one. Drawn at random where it is not given
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Leave out the deployed engine
    #[arg(long)]
    without_engine: bool,
    /// This process has a view of the file system of its own, so that what it mounts goes with it
    #[arg(long, hide = true)]
    with_own_mounts: bool,
}

/// Sets up what is needed and proves.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.with_own_mounts && tools::answers("unshare", &["--mount", "true"]) {
        let again = Command::new("unshare").arg("--mount").arg(std::env::current_exe()?);
        return Err(again.args(std::env::args_os().skip(1)).arg("--with-own-mounts").exec().into());
    }
    tools::need(tools::ALL)?;
    vendor::run(&vendor::Options {})?;
    runtime::run(&runtime::Options {})?;
    let tally = Tally::default();
    let proved = prove(options, &tally);
    tally.report();
    proved
}

/// The short proof that `cargo xtask test` runs.
pub(crate) fn short(tally: &Tally) -> Result<()> {
    tally.run(Command::new(std::env::current_exe()?).args(["prove", "--rounds", "15", "--seed", "1"]))
}

fn prove(options: &Options, tally: &Tally) -> Result<()> {
    let seed = options.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let root = project::root();
    control(&mut Site::prepare(root, Program::AcknowledgesEarly, tally)?, seed)?;
    tally.add(1, 0);
    let mut site = Site::prepare(root, Program::Real, tally)?;
    if !options.without_engine {
        site.deploy(root)?;
    }
    log::step(format_args!("Proving: {} rounds from seed {seed}", options.rounds));
    let mut sum = Outcome::default();
    let mut failed = Vec::new();
    for seed in (seed..).take(usize::try_from(options.rounds)?) {
        let plan = Plan::draw(seed, site.abilities());
        let outcome = round::run(&mut site, &plan).with_context(|| format!("seed {seed}: {plan}"))?;
        for violation in &outcome.violations {
            log::loudly(format_args!("seed {seed}: {violation}"));
        }
        if !outcome.violations.is_empty() {
            log::loudly(format_args!("{plan:#?}"));
            log::loudly(format_args!("Again: cargo xtask prove --rounds 1 --seed {seed}"));
            failed.push(seed);
        }
        sum.add(&outcome);
        log::say(format_args!("       seed {seed}: {outcome} · {plan}"));
    }
    let end = site.recheck()?;
    tally.add(usize::try_from(options.rounds)? - failed.len(), failed.len());
    log::say(format_args!("       all rounds: {sum}"));
    ensure!(end.is_empty(), "after all rounds: {}", end.join("; "));
    ensure!(failed.is_empty(), "{} of {} rounds failed; seeds {failed:?}", failed.len(), options.rounds);
    Ok(())
}

/// A server that acknowledges events before it stores them must be found out, else the checks prove nothing.
fn control(site: &mut Site, seed: u64) -> Result<()> {
    log::step("Control: a server that acknowledges too early must be found out");
    for seed in (seed..).take(usize::try_from(CONTROL_ROUNDS)?) {
        let outcome = round::run_control(site, seed)?;
        // Such a server has other faults too; only lost events prove that lost events are found.
        if let Some(found) = outcome.violations.iter().find(|violation| violation.contains(ledger::LOST)) {
            log::say(format_args!("       found out: {found}"));
            return Ok(());
        }
    }
    bail!("a server that acknowledges before the commit was not found out in {CONTROL_ROUNDS} rounds")
}
