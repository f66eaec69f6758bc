//! What the demo and the tests build once and share: the `pio` binary, the engines, a private home.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use e2e::engine::copy_folder;
use e2e::pio::Pio;
use fs_err as fs;
use pio_process::command::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::log;

/// Builds the `pio` binary and returns its path, as cargo tells it.
pub(crate) fn pio(root: &Path) -> Result<PathBuf> {
    pio_with(root, &[])
}

/// As [`pio`], optimised as a release is.
pub(crate) fn pio_release(root: &Path) -> Result<PathBuf> {
    pio_with(root, &["--release"])
}

fn pio_with(root: &Path, profile: &[&str]) -> Result<PathBuf> {
    log::step("Building pio (cargo build)");
    executable(root, &[&["build", "--package", "pio-cli"], profile].concat())
}

/// Builds an example of a package and returns its path.
pub(crate) fn example(root: &Path, package: &str, name: &str) -> Result<PathBuf> {
    executable(root, &["build", "--package", package, "--example", name])
}

/// Builds the end-to-end tests and returns the program that runs them.
pub(crate) fn end_to_end_tests(root: &Path) -> Result<PathBuf> {
    executable(root, &["test", "--no-run", "--package", "e2e", "--test", "it"])
}

/// The program that a call of cargo makes.
fn executable(root: &Path, arguments: &[&str]) -> Result<PathBuf> {
    let build = || Command::new("cargo").args(arguments).current_dir(root);
    build().run()?;
    // Built already: this call only tells where it is.
    let messages = build().args(["--quiet", "--message-format", "json-render-diagnostics"]).output()?;
    String::from_utf8(messages)?
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .context("cargo did not say where the program is that it made")
}

/// Builds one of the project's engines in the user's cache folder and returns where it is. Unchanged, it is not built again.
pub(crate) fn engine(pio: &Pio, root: &Path, name: &str) -> Result<PathBuf> {
    let folder = pio_settings::dirs::cache().join("engines").join(name);
    forget_sources(&folder)?;
    copy_folder(&root.join("engines").join(name), &folder)?;
    pio.run_in(&folder, &["build"])?.success()?;
    Ok(folder)
}

/// A private `PIO_HOME` that the database's own user can reach.
pub(crate) fn private_home() -> Result<TempDir> {
    let searchable = std::fs::Permissions::from_mode(0o711);
    Ok(tempfile::Builder::new().prefix("pio-home-").permissions(searchable).tempdir()?)
}

/// Removes what an earlier version of the engine left in the cache folder, but for what was built.
fn forget_sources(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.file_name() {
            Some(name) if name == "target" => {}
            _ if path.is_dir() => fs::remove_dir_all(&path)?,
            _ => fs::remove_file(&path)?,
        }
    }
    Ok(())
}
