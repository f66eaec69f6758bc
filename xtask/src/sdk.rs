//! PIO's own Python client, in a virtual environment in the user's cache folder: the end-to-end tests use our servers with it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use fs_err as fs;
use pio_process::command::Command;
use sha2::{Digest as _, Sha256};

/// What is installed, each with its hash.
const REQUIREMENTS: &str = "e2e/tests/it/sdk-requirements.txt";

/// The Python that has the client; installed once for each content of the file that names it.
pub(crate) fn python(root: &Path) -> Result<PathBuf> {
    let requirements = root.join(REQUIREMENTS);
    let digest = hex::encode(Sha256::digest(fs::read(&requirements)?));
    let folder = pio_settings::dirs::cache().join(format!("tools/python-client-{}", &digest[..12]));
    let (python, done) = (folder.join("bin/python"), folder.join("complete"));
    if done.exists() && pip(&python).arg("--version").output().is_ok() {
        return Ok(python);
    }
    // Whatever an interrupted run left, or a Python that was replaced.
    Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder).captured().run()?;
    let install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"];
    pip(&python).args(install).arg(&requirements).captured().run()?;
    fs::write(done, "")?;
    Ok(python)
}

fn pip(python: &Path) -> Command {
    Command::new(python).args(["-m", "pip"])
}
