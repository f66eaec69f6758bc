//! Fetches wheels with pip.

use std::path::Path;

use anyhow::{Context as _, Result};
use pio_process::command::Command;

use super::fetch::ArtifactRequest;
use super::progress::Progress;

/// Fetches wheels, whose coordinates are `name:version:platform`.
pub(crate) fn fetch(wanted: &[ArtifactRequest], into: &Path, progress: &Progress) -> Result<()> {
    for wheel in wanted {
        fetch_one(wheel, into)?;
        progress.arrived(&wheel.coordinate);
    }
    Ok(())
}

fn fetch_one(wheel: &ArtifactRequest, into: &Path) -> Result<()> {
    let parts: Vec<&str> = wheel.coordinate.split(':').collect();
    let [name, version, platform] = parts[..] else {
        anyhow::bail!("{} is not of the form name:version:platform", wheel.coordinate)
    };
    let folder = tempfile::tempdir_in(into)?;
    Command::new("python3")
        .named("pip")
        .args([
            "-m",
            "pip",
            "download",
            "--disable-pip-version-check",
            "--no-cache-dir",
            "--no-deps",
            "--quiet",
        ])
        .args(["--only-binary=:all:", "--platform", platform, "--dest"])
        .arg(folder.path())
        .arg(format!("{name}=={version}"))
        .output()?;
    let file = fs_err::read_dir(folder.path())?.next().context("pip fetched nothing")??;
    fs_err::rename(file.path(), into.join(&wheel.file))?;
    Ok(())
}
