//! `cargo xtask fuzz`: the event server's fuzz targets, each for some minutes, with the stable compiler.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use fs_err as fs;
use pio_process::command::Command;

use crate::{cargo_tools, log, project};

/// The targets; their names are those of files under the crate's `fuzz/fuzz_targets`.
const TARGETS: [&str; 4] = ["event_body", "query", "times", "webhooks"];

/// What to try, and for how long.
#[derive(Args)]
pub(crate) struct Options {
    /// Only this target
    #[arg(value_parser = TARGETS)]
    target: Option<String>,
    /// How long each target runs
    #[arg(long, value_name = "NUMBER", default_value_t = 120)]
    seconds: u32,
}

/// Runs the targets; what they find new is kept in the user's cache folder, what breaks them under `fuzz/artifacts`.
pub(crate) fn run(options: &Options) -> Result<()> {
    let program = cargo_tools::FUZZ.program()?;
    let folder = project::root().join("crates/pio-eventserver");
    for target in TARGETS {
        if options.target.as_deref().is_none_or(|wanted| wanted == target) {
            log::step(target);
            fuzz(&program, &folder, target, options.seconds)?;
        }
    }
    Ok(())
}

fn fuzz(program: &Path, folder: &Path, target: &str, seconds: u32) -> Result<()> {
    let found = pio_settings::dirs::cache().join("fuzz").join(target);
    fs::create_dir_all(&found)?;
    // Without a sanitizer the stable compiler will do; there is no unsafe code to look after.
    let command = Command::new(program).args(["run", "--sanitizer", "none", target]).arg(&found);
    let command = command.arg(format!("fuzz/seeds/{target}"));
    let limits = [format!("-max_total_time={seconds}"), "-max_len=4096".to_owned(), "-timeout=10".to_owned()];
    Ok(command.args(["--", "-print_final_stats=1"]).args(limits).current_dir(folder).run()?)
}
