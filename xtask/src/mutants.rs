//! `cargo xtask mutants`: cargo-mutants over the code whose faults cost the most: storage, settings, and the event server's core.

use anyhow::Result;
use clap::Args;
use pio_closure::closure::Closure;
use pio_process::command::Command;

use crate::{cargo_tools, project, vendor};

/// What is changed where nothing is named.
const FILES: [&str; 3] =
    ["crates/pio-storage/src/**", "crates/pio-settings/src/**", "crates/pio-eventserver/src/**"];

/// What is never changed: code that says which processes are the embedded server's would have others killed, those of the machine even.
const NEVER: &str = r"(replace|in) (all_in|works_in|signal)\b";

/// What to change.
#[derive(Args)]
pub(crate) struct Options {
    /// Only files that match this; may be given several times
    #[arg(long, value_name = "GLOB")]
    file: Vec<String>,
    /// Only so many-th part of the changes, such as 0/8
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// How many changes to try at once: most tests wait for a disk or a clock
    #[arg(long, default_value_t = 2)]
    jobs: u32,
    /// Arguments of `cargo test`, such as --lib
    #[arg(last = true, value_name = "ARGUMENTS")]
    tests: Vec<String>,
}

/// Tries the changes, but not those that a test noticed when this ran before; what none noticed is named at the end, and in
/// target/mutants.out.
pub(crate) fn run(options: &Options) -> Result<()> {
    vendor::run(&vendor::Options {})?;
    let root = project::root();
    let given: Vec<&str> = options.file.iter().map(String::as_str).collect();
    let files = if given.is_empty() { FILES.to_vec() } else { given };
    let command = Command::new(cargo_tools::MUTANTS.program()?)
        .args(["mutants", "--output", "target", "--iterate"])
        .args(["--jobs", &options.jobs.to_string()])
        .args(files.iter().flat_map(|file| ["--file", file]))
        .args(["--exclude-re", NEVER])
        .args(options.shard.iter().flat_map(|shard| ["--shard", shard.as_str()]))
        .arg("--")
        .args(&options.tests)
        .env("PIO_TEST_POSTGRES_DIR", Closure::locate()?.postgres_dir()?);
    Ok(command.current_dir(root).no_stdin().run()?)
}
