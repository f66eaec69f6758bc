//! The tests that run a release as platforms do: another user, other paths, networks of their own. Only root may set that up.

use std::path::Path;

use anyhow::Result;
use pio_process::command::Command;

use crate::{dist, talk, tools};

/// What the tests do to have networks of their own; the name is that of this process, and goes in any case.
const PROBE: &str = "unshare --net true && ip netns add probe-$$ && trap \"ip netns delete probe-$$\" EXIT \
    && ip link add probe-$$ type veth peer name other netns probe-$$";

/// Makes a draft of the release and runs the tests against it; says loudly where it may not.
pub(crate) fn run(root: &Path, filter: &str) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        talk::say("       NOT RUN: the tests of platforms change users and networks, so they need root.");
        talk::say("       Run them with: sudo --preserve-env=PATH,HOME cargo xtask test --platform");
        return Ok(());
    }
    tools::need(tools::PLATFORM)?;
    if !tools::answers("sh", &["-c", PROBE]) {
        talk::say(
            "       NOT RUN: this machine lets nobody make networks of their own, as many containers do:",
        );
        talk::say(format_args!("       {PROBE}"));
        return Ok(());
    }
    let release = dist::draft(root)?;
    let tests =
        Command::new("cargo").args(["test", "--package", "e2e", "--test", "platform", "--", "--show-output"]);
    let tests = tests.arg(filter).args(["--test-threads", "2"]);
    Ok(tests.env("PIO_TEST_RELEASE", release).current_dir(root).no_stdin().run()?)
}
