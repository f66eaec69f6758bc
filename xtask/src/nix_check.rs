//! `cargo xtask nix-check`: the flake evaluated and built with Nix, where nixpkgs is out of reach with the small stand-in for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use fs_err as fs;
use pio_closure::closure::Closure;
use pio_process::command::Command;
use pio_settings::dirs;
use walkdir::WalkDir;

use crate::vendor::store::digest;
use crate::{project, talk, tools, vendor};

/// What Nix is told on a machine that has no configuration for it: no cache to ask, no other users to build as.
const CONFIGURATION: &str =
    "experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\nsandbox = false\n";

/// Parts of our closure that a build makes by running Java, or that no release has.
const NOT_IN_NIX: &[&str] = &["runtime", "cds", "postgres", "complete.json", "java/lib/server/classes.jsa"];

/// Builds the closure in Nix twice, from two folders, and compares it with ours; then sees a wrong digest refused.
pub(crate) fn run() -> Result<()> {
    tools::need(&[tools::NIX])?;
    vendor::run(&vendor::Options {})?;
    let root = project::root();
    let scratch = tempfile::tempdir()?;
    talk::step("Building the closure in Nix");
    nix(root).args(["flake", "check"]).args(stand_in(root)).captured().run()?;
    let built = build(root)?;
    let other = copy(root, &scratch.path().join("elsewhere"))?;
    ensure!(build(&other)? == built, "from another folder the closure has another path in Nix's store");
    nix(root).args(["build", "--rebuild", "--no-link", ".#closure"]).args(stand_in(root)).captured().run()?;
    compare(&built, &Closure::locate()?.root)?;
    talk::step("Giving Nix a wrong digest");
    refuses_a_wrong_digest(&copy(root, &scratch.path().join("wrong"))?)?;
    talk::say("       The closure is the same in Nix, whoever builds it; a wrong digest is refused.");
    Ok(())
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

/// Builds the closure and returns its path in Nix's store.
fn build(folder: &Path) -> Result<PathBuf> {
    let arguments = ["build", "--no-link", "--json", "path:.#closure"];
    let printed = nix(folder).args(arguments).args(stand_in(folder)).output()?;
    let built: serde_json::Value = serde_json::from_slice(&printed)?;
    let path = built[0]["outputs"]["out"].as_str().context("Nix did not say what it built")?;
    Ok(path.into())
}

/// The flake with what it reads, in another folder.
fn copy(root: &Path, into: &Path) -> Result<PathBuf> {
    let files = ["flake.nix", "flake.lock", "closure.lock", "crates/pio-closure/src/log4j2.properties"];
    let nix = WalkDir::new(root.join("nix")).into_iter().filter_map(Result::ok);
    let nix = nix.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    for file in files.iter().map(|file| root.join(file)).chain(nix) {
        let to = into.join(file.strip_prefix(root)?);
        fs::create_dir_all(to.parent().context("a file has a folder")?)?;
        fs::copy(file, to)?;
    }
    Ok(into.to_owned())
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
    let mut lock: serde_json::Value = serde_json::from_str(&text)?;
    lock["artifacts"][0]["sha256"] = "0".repeat(64).into();
    fs::write(&file, lock.to_string())?;
    match build(folder) {
        Ok(path) => bail!("Nix took a file with another digest: {}", path.display()),
        Err(error) => {
            ensure!(format!("{error:#}").contains("hash mismatch"), "Nix failed otherwise: {error:#}");
        }
    }
    Ok(())
}
