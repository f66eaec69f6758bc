//! `cargo xtask nix-check`: the flake evaluated and built with Nix in its sandbox, where nixpkgs is out of reach with the small stand-in for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use fs_err as fs;
use pio_closure::closure::Closure;
use pio_process::command::Command;
use pio_settings::{dirs, env, vars};
use serde_json::Value;
use walkdir::WalkDir;

use crate::vendor::store::digest;
use crate::{dist, log, project, runtime, tools, vendor};

/// What Nix is told on a machine that has no configuration for it: no cache to ask, no other users to build as.
const CONFIGURATION: &str = "experimental-features = nix-command flakes\nsubstituters =\nbuild-users-group =\nsandbox-fallback = false\n";

/// The host's folders that compilers and the registries' clients need.
const HOST: &[&str] = &[
    "/bin",
    "/sbin",
    "/usr",
    "/lib",
    "/lib64",
    "/etc/alternatives",
    "/etc/ssl",
    "/etc/maven",
    "/etc/java-17-openjdk",
];

/// Where the stand-in finds the user's own folder and cache of artifacts in the sandbox.
const HOST_HOME: &str = "/host-home";
const HOST_ARTIFACTS: &str = "/host-artifacts";

/// What a builder sees beside its inputs.
#[derive(Clone, Copy, PartialEq)]
enum Sandbox {
    /// The whole machine: there are no user namespaces.
    None,
    /// The host's tools, which stand in for those of nixpkgs.
    Host,
    /// Nothing, as on `NixOS`.
    Empty,
}

/// The packages of the flake.
const PACKAGES: &[&str] = &["default", "closure", "runtime", "buildpack"];

/// Parts of our closure that a build makes by running Java, or that no release has.
const NOT_IN_NIX: &[&str] = &["runtime", "cds", "postgres", "complete.json", "java/lib/server/classes.jsa"];

/// Builds everything in Nix, from two folders and the release twice, and compares it with ours; then sees a wrong digest refused.
pub(crate) fn run() -> Result<()> {
    tools::need(&[tools::NIX, tools::BUSYBOX])?;
    vendor::run(&vendor::Options {})?;
    runtime::run(&runtime::Options {})?;
    let scratch = tempfile::tempdir()?;
    let (here, elsewhere) = (scratch.path().join("here"), scratch.path().join("else/where"));
    project::copy_sources(&here)?;
    project::copy_sources(&elsewhere)?;
    let (host, empty) = sandboxes();
    log::step("Building programs, closure, runtime and release in Nix");
    let built = build(&here, PACKAGES, host)?;
    nix(&here, host).args(["flake", "check"]).args(stand_in(&here)).captured().run()?;
    log::step(
        "Building them from another folder, and closure and release once more, with nothing of this machine",
    );
    ensure!(
        build(&elsewhere, PACKAGES, host)? == built,
        "from another folder something has another path in Nix's store"
    );
    for package in ["closure", "buildpack"] {
        let again = ["build", "--rebuild", "--no-link", &format!("path:.#{package}")];
        nix(&here, empty).args(again).args(stand_in(&here)).captured().run()?;
    }
    log::step("Using the flake as its users do");
    use_it(&here, host)?;
    let [_, closure, _, release] = &built[..] else { bail!("Nix built something else: {built:?}") };
    compare(closure, &Closure::locate()?.root)?;
    dist::compare_all_but_programs(&release.join(dist::name()))?;
    log::step("Giving Nix a wrong digest");
    refuses_a_wrong_digest(&elsewhere, host)?;
    log::say("       All is the same in Nix, whoever builds it; a wrong digest is refused.");
    Ok(())
}

/// Opens Nix's store, which without a daemon only the user may do who installed it.
pub(crate) fn try_store() -> Result<()> {
    tools::need(&[tools::NIX])?;
    Ok(nix(project::root(), Sandbox::None).args(["store", "ping"]).quiet().run()?)
}

/// The sandboxes for what needs the host's tools and for what needs none.
fn sandboxes() -> (Sandbox, Sandbox) {
    let namespaces =
        ["--user", "--map-root-user", "--mount", "--mount-proc", "--pid", "--net", "--fork", "true"];
    if tools::answers("unshare", &namespaces) {
        return (Sandbox::Host, Sandbox::Empty);
    }
    log::say(
        "       !!! This machine allows no user namespaces, so Nix builds WITHOUT its sandbox: what a build takes from the machine is not noticed.",
    );
    (Sandbox::None, Sandbox::None)
}

fn nix(folder: &Path, sandbox: Sandbox) -> Command {
    let artifacts = dirs::cache().join("artifacts");
    let (paths, seen) = match sandbox {
        Sandbox::None => (None, artifacts.clone()),
        Sandbox::Host => {
            let home = env::get(vars::HOME).unwrap_or_else(|| "/root".to_owned());
            let present = HOST.iter().filter(|path| Path::new(path).exists());
            let mut paths: Vec<String> = present.map(|&path| path.to_owned()).collect();
            // Under its own name, too: links in it may be absolute.
            paths.extend([format!("{HOST_HOME}={home}"), home]);
            paths.push(format!("{HOST_ARTIFACTS}={}", artifacts.display()));
            (Some(paths.join(" ")), PathBuf::from(HOST_ARTIFACTS))
        }
        Sandbox::Empty => (Some("/bin/sh=/bin/busybox".to_owned()), artifacts),
    };
    let sandbox = match paths {
        Some(paths) => format!("sandbox = true\nsandbox-paths = {paths}\n"),
        None => "sandbox = false\n".to_owned(),
    };
    let command = Command::new("nix").env("NIX_CONFIG", format!("{CONFIGURATION}{sandbox}"));
    command.env("PIO_NIX_ARTIFACTS", seen).current_dir(folder).no_stdin()
}

/// Runs the program, enters the shell for developers, and evaluates what is for another processor.
fn use_it(folder: &Path, sandbox: Sandbox) -> Result<()> {
    let ran =
        nix(folder, sandbox).arg("run").args(stand_in(folder)).args(["path:.#", "--", "version"]).output()?;
    let version = String::from_utf8_lossy(&ran).into_owned();
    ensure!(version.contains(env!("CARGO_PKG_VERSION")), "`nix run .# -- version` says {version:?}");
    // In the project itself, which git knows and cargo has built.
    let shell = nix(project::root(), sandbox).arg("develop").args(stand_in(folder));
    let flake = format!("path:{}", folder.display());
    shell.args([&flake, "-c", "cargo", "xtask", "tidy"]).captured().run()?;
    let other = nix(folder, sandbox).arg("eval").args(stand_in(folder)).arg("--raw");
    let path = other.arg("path:.#packages.aarch64-linux.default.drvPath").output()?;
    ensure!(path.ends_with(b".drv"), "the programs for arm64 are not evaluated");
    Ok(())
}

/// The options that put the stand-in in nixpkgs' place.
fn stand_in(folder: &Path) -> [String; 4] {
    let stub = format!("path:{}", folder.join("nix/stub-nixpkgs").display());
    ["--override-input".to_owned(), "nixpkgs".to_owned(), stub, "--no-write-lock-file".to_owned()]
}

/// Builds packages and returns their paths in Nix's store. One at a time: of several Nix tells in an order of its own.
fn build(folder: &Path, packages: &[&str], sandbox: Sandbox) -> Result<Vec<PathBuf>> {
    packages.iter().map(|package| build_one(folder, package, sandbox)).collect()
}

fn build_one(folder: &Path, package: &str, sandbox: Sandbox) -> Result<PathBuf> {
    let command = nix(folder, sandbox).args(["build", "--no-link", "--json"]).args(stand_in(folder));
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
    log::say(format_args!("       {} files are the same in Nix and here", ours.len()));
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

fn refuses_a_wrong_digest(folder: &Path, sandbox: Sandbox) -> Result<()> {
    let file = folder.join("closure.lock");
    let text = fs::read_to_string(&file)?;
    let mut lock: Value = serde_json::from_str(&text)?;
    lock["artifacts"][0]["sha256"] = "0".repeat(64).into();
    fs::write(&file, lock.to_string())?;
    match build(folder, &["closure"], sandbox) {
        Ok(paths) => bail!("Nix took a file with another digest: {paths:?}"),
        Err(error) => {
            ensure!(format!("{error:#}").contains("hash mismatch"), "Nix failed otherwise: {error:#}");
        }
    }
    Ok(())
}
