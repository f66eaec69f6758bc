//! The tests that run a release as platforms do: another user, other paths, networks of their own. Only root may set that up.

use std::path::Path;

use anyhow::Result;
use pio_process::command::Command;

use crate::{dist, talk, tools};

/// Makes a draft of the release and runs the tests against it; says loudly where it may not.
pub(crate) fn run(root: &Path, filter: &str) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        talk::say("       NOT RUN: the tests of platforms change users and networks, so they need root.");
        talk::say("       Run them with: sudo --preserve-env=PATH,HOME cargo xtask test --platform");
        return Ok(());
    }
    tools::need(tools::PLATFORM)?;
    let release = dist::draft(root)?;
    let tests = Command::new("cargo").args(["test", "--package", "e2e", "--test", "platform", "--"]);
    let tests = tests.arg(filter).args(["--test-threads", "2"]);
    Ok(tests.env("PIO_TEST_RELEASE", release).current_dir(root).no_stdin().run()?)
}
