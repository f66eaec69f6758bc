//! `cargo xtask test`: every check, each with its time.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use pio_closure::closure::Closure;
use pio_process::command::Command;

use crate::{
    cargo_tools, end_to_end, log, nix_check, platform_tests, project, prove, runtime, scala_tests,
    tally::Tally, tidy, tools, vendor,
};

/// Which checks to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Format, lints and unit tests only
    #[arg(long)]
    fast: bool,
    /// The tests of platforms only: all, or those whose name contains this
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    platform: Option<String>,
}

/// Runs the checks, the quick ones first; the first that fails ends the run. The closing lines say what was skipped.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut checks = Checks { root: project::root(), done: Vec::new(), tally: Tally::default() };
    let ended = checks.run_all(options);
    checks.report();
    ended
}

/// The checks that have run, with their times, and the tests that they ran.
struct Checks<'a> {
    root: &'a Path,
    done: Vec<(&'static str, Duration)>,
    tally: Tally,
}

impl Checks<'_> {
    fn run_all(&mut self, options: &Options) -> Result<()> {
        let tally = self.tally.clone();
        self.run("tools and closure", |_| {
            tools::need(tools::ALL)?;
            vendor::run(&vendor::Options {})?;
            runtime::run(&runtime::Options {})
        })?;
        if let Some(filter) = &options.platform {
            return self.run("platforms", |root| platform_tests::run(root, filter, &tally));
        }
        self.run("format", |root| cargo(root, &["fmt", "--all", "--check"]))?;
        self.run("tidy", tidy::run)?;
        self.run("clippy", |root| {
            cargo(root, &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])
        })?;
        self.run("unit and integration tests", |root| workspace_tests(root, &tally))?;
        if options.fast {
            return Ok(());
        }
        self.run("licences and sources", deny)?;
        self.run("dependencies that nothing uses", |root| {
            Ok(Command::new(cargo_tools::MACHETE.program()?).current_dir(root).no_stdin().run()?)
        })?;
        self.run("Scala tests", |root| scala_tests::run(root, &tally))?;
        self.run("end to end", |root| end_to_end::test(root, None, &tally))?;
        self.run("proof under faults", |_| prove::short(&tally))?;
        self.run("Nix", |_| nix(&tally))?;
        self.run("platforms", |root| platform_tests::run(root, "", &tally))
    }

    fn run(&mut self, name: &'static str, check: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        log::step(name);
        let start = Instant::now();
        check(self.root).with_context(|| format!("check failed: {name}"))?;
        self.done.push((name, start.elapsed()));
        Ok(())
    }

    fn report(&self) {
        for (name, time) in &self.done {
            log::say(format_args!("{:>6.1} s  {name}", time.as_secs_f64()));
        }
        self.tally.report();
    }
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<()> {
    Ok(Command::new("cargo").args(arguments).current_dir(root).no_stdin().run()?)
}

fn workspace_tests(root: &Path, tally: &Tally) -> Result<()> {
    // Where it neither is nor may be installed, the tests that need it say that they are skipped.
    if tools::can_have(&[tools::PGBOUNCER]) {
        tools::need(&[tools::PGBOUNCER])?;
    }
    let command = Command::new("cargo").args(["test", "--workspace", "--exclude", "e2e", "--quiet"]);
    tally.run(command.env("PIO_TEST_POSTGRES_DIR", Closure::locate()?.postgres_dir()?).current_dir(root))
}

/// Where Nix neither is nor may be installed, nothing of this product needs it.
fn nix(tally: &Tally) -> Result<()> {
    if tools::can_have(&[tools::NIX, tools::BUSYBOX]) {
        if let Err(why) = nix_check::try_store() {
            tally.skip(&format!("Nix: this user may not use its store ({why:#})"));
            return Ok(());
        }
        return nix_check::run();
    }
    tally.skip("Nix, or the static busybox that its check needs: not on this machine. Root installs them on Debian or Ubuntu: cargo xtask nix-check");
    Ok(())
}

/// Licences, bans and sources; advisories need a database that is not a package registry's, so they have a command of their own.
fn deny(root: &Path) -> Result<()> {
    log::say(
        "       advisories are NOT checked here: their database is no package registry. Run: cargo deny check advisories",
    );
    let checks = ["check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
    let program = cargo_tools::DENY.program()?;
    Ok(Command::new(program).args(["--log-level", "error"]).args(checks).current_dir(root).run()?)
}
