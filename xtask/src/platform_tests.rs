//! The tests that run a release as platforms do: another user, other paths, networks of their own. Only root may set that up.

use std::path::Path;

use anyhow::Result;
use pio_process::command::Command;

use crate::{dist, tally::Tally, tools};

/// What the tests do to have networks of their own; the name is that of this process, and goes in any case.
const PROBE: &str = "unshare --net true && ip netns add probe-$$ && trap \"ip netns delete probe-$$\" EXIT \
    && ip link add probe-$$ type veth peer name other netns probe-$$";

/// Makes a draft of the release and runs the tests against it; where that may not be, they count as skipped.
pub(crate) fn run(root: &Path, filter: &str, tally: &Tally) -> Result<()> {
    if let Some(reason) = obstacle()? {
        tally.skip(&format!("{} tests of platforms: {reason}", count(root, filter)?));
        return Ok(());
    }
    let release = dist::draft(root)?;
    let tests = cargo_test(root, filter).args(["--show-output", "--test-threads", "2"]);
    tally.run(tests.env("PIO_TEST_RELEASE", release).no_stdin())
}

/// What keeps the tests from running on this machine.
fn obstacle() -> Result<Option<String>> {
    if !rustix::process::geteuid().is_root() {
        let command = "sudo --preserve-env=PATH,HOME cargo xtask test --platform";
        return Ok(Some(format!("they change users and networks, which needs root: {command}")));
    }
    tools::need(tools::PLATFORM)?;
    let allowed = tools::answers("sh", &["-c", PROBE]);
    Ok((!allowed)
        .then(|| format!("nobody may make networks on this machine, as in many containers: {PROBE}")))
}

fn count(root: &Path, filter: &str) -> Result<usize> {
    let listed = cargo_test(root, filter).args(["--list", "--format", "terse"]).output()?;
    Ok(String::from_utf8_lossy(&listed).lines().filter(|line| line.ends_with(": test")).count())
}

fn cargo_test(root: &Path, filter: &str) -> Command {
    let test = ["test", "--package", "e2e", "--test", "platform", "--"];
    Command::new("cargo").args(test).args((!filter.is_empty()).then_some(filter)).current_dir(root)
}
