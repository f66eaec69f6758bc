//! `cargo xtask nix-check`: the flake evaluated and built with Nix, where nixpkgs is out of reach with the small stand-in for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use fs_err as fs;
use pio_closure::closure::Closure;
use pio_process::command::Command;
use pio_settings::dirs;
use serde_json::Value;
use walkdir::WalkDir;

use crate::vendor::store::digest;
use crate::{dist, project, runtime, talk, tools, vendor};

/// What Nix is told on a machine that has no configuration for it: no cache to ask, no other users to build as.
const CONFIGURATION: &str =
    "experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\nsandbox = false\n";

/// The packages of the flake.
const PACKAGES: &[&str] = &["default", "closure", "runtime", "buildpack"];

/// Parts of our closure that a build makes by running Java, or that no release has.
const NOT_IN_NIX: &[&str] = &["runtime", "cds", "postgres", "complete.json", "java/lib/server/classes.jsa"];

/// Builds everything in Nix, from two folders and the release twice, and compares it with ours; then sees a wrong digest refused.
pub(crate) fn run() -> Result<()> {
    tools::need(&[tools::NIX])?;
    vendor::run(&vendor::Options {})?;
    runtime::run(&runtime::Options {})?;
    let scratch = tempfile::tempdir()?;
    let (here, elsewhere) = (scratch.path().join("here"), scratch.path().join("else/where"));
    project::copy_sources(&here)?;
    project::copy_sources(&elsewhere)?;
    talk::step("Building programs, closure, runtime and release in Nix");
    let built = build(&here, PACKAGES)?;
    nix(&here).args(["flake", "check"]).args(stand_in(&here)).captured().run()?;
    talk::step("Building them from another folder, and closure and release once more");
    ensure!(
        build(&elsewhere, PACKAGES)? == built,
        "from another folder something has another path in Nix's store"
    );
    for package in ["closure", "buildpack"] {
        let again = ["build", "--rebuild", "--no-link", &format!("path:.#{package}")];
        nix(&here).args(again).args(stand_in(&here)).captured().run()?;
    }
    let [_, closure, _, release] = &built[..] else { bail!("Nix built something else: {built:?}") };
    compare(closure, &Closure::locate()?.root)?;
    dist::compare_closure(&release.join(dist::name()))?;
    talk::step("Giving Nix a wrong digest");
    refuses_a_wrong_digest(&elsewhere)?;
    talk::say("       All is the same in Nix, whoever builds it; a wrong digest is refused.");
    Ok(())
}

/// Opens Nix's store, which without a daemon only the user may do who installed it.
pub(crate) fn try_store() -> Result<()> {
    tools::need(&[tools::NIX])?;
    Ok(nix(project::root()).args(["store", "ping"]).quiet().run()?)
}

fn nix(folder: &Path) -> Command {
    let artifacts = dirs::cache().join("artifacts");
    let command = Command::new("nix").env("NIX_CONFIG", CONFIGURATION).env("PIO_NIX_ARTIFACTS", artifacts);
    command.current_dir(folder).no_stdin()
}

/// The options that put the stand-in in nixpkgs' place.
fn stand_in(folder: &Path) -> [String; 4] {
    let stub = format!("path:{}", folder.join("nix/stub-nixpkgs").display());
    ["--override-input".to_owned(), "nixpkgs".to_owned(), stub, "--no-write-lock-file".to_owned()]
}

/// Builds packages and returns their paths in Nix's store. One at a time: of several Nix tells in an order of its own.
fn build(folder: &Path, packages: &[&str]) -> Result<Vec<PathBuf>> {
    packages.iter().map(|package| build_one(folder, package)).collect()
}

fn build_one(folder: &Path, package: &str) -> Result<PathBuf> {
    let command = nix(folder).args(["build", "--no-link", "--json"]).args(stand_in(folder));
    let printed = command.arg(format!("path:.#{package}")).output()?;
    let built: Value = serde_json::from_slice(&printed)?;
    let outputs = built[0]["outputs"].as_object().filter(|outputs| outputs.len() == 1);
    let path = outputs.and_then(|outputs| outputs.values().next()?.as_str());
    Ok(PathBuf::from(path.with_context(|| format!("Nix did not say what it built of {package}: {built}"))?))
}

/// Every file of ours must be in Nix's, and the other way round, with the same bytes.
fn compare(nix: &Path, ours: &Path) -> Result<()> {
    let (theirs, ours) = (digests(nix)?, digests(ours)?);
    ensure!(ours.len() > 200, "our closure has {} files only", ours.len());
    for file in theirs.iter().chain(&ours) {
        ensure!(theirs.contains(file) && ours.contains(file), "{} is not the same in Nix", file.0.display());
    }
    talk::say(format_args!("       {} files are the same in Nix and here", ours.len()));
    Ok(())
}

fn digests(root: &Path) -> Result<BTreeSet<(PathBuf, String)>> {
    let wanted = |path: &Path| NOT_IN_NIX.iter().all(|name| path != root.join(name));
    let entries = WalkDir::new(root).into_iter().filter_entry(|entry| wanted(entry.path()));
    let mut digests = BTreeSet::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type().is_file() {
            digests.insert((entry.path().strip_prefix(root)?.to_owned(), digest(entry.path())?.0));
        }
    }
    Ok(digests)
}

fn refuses_a_wrong_digest(folder: &Path) -> Result<()> {
    let file = folder.join("closure.lock");
    let text = fs::read_to_string(&file)?;
    let mut lock: Value = serde_json::from_str(&text)?;
    lock["artifacts"][0]["sha256"] = "0".repeat(64).into();
    fs::write(&file, lock.to_string())?;
    match build(folder, &["closure"]) {
        Ok(paths) => bail!("Nix took a file with another digest: {paths:?}"),
        Err(error) => {
            ensure!(format!("{error:#}").contains("hash mismatch"), "Nix failed otherwise: {error:#}");
        }
    }
    Ok(())
}
