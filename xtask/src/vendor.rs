//! Fetches and verifies what closure.lock names and assembles the closure in the user's cache.

pub(crate) mod assemble;
mod complete_marker;
mod disk_space;
pub(crate) mod errors;
pub(crate) mod fetch;
pub(crate) mod maven;
mod pip;
mod progress;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod unpack;

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use pio_closure::lockfile::{Artifact, Lock, folder_name};
use pio_settings::dirs;

use crate::{lock, log, project, runtime, tools};
use fetch::{ArtifactRequest, Fetch, OrdinaryClients};
use store::Store;

/// How the folders begin into which files are fetched.
const FETCHING: &str = "fetching-";

/// How the folders begin in which `lock` works.
pub(crate) const LOCKING: &str = "locking-";

/// What `cargo xtask vendor` takes.
#[derive(clap::Args)]
pub(crate) struct Options {}

/// Makes the closure whole; does nothing where it is.
pub(crate) fn run(_: &Options) -> Result<()> {
    let text = fs_err::read_to_string(project::root().join("closure.lock"))?;
    let lock = Lock::parse(&text)?;
    lock::check_up_to_date(&lock)?;
    let folder = vendor(&lock, &text, &dirs::cache(), &OrdinaryClients)?;
    log::say(format_args!("The closure is complete: {}", folder.display()));
    Ok(())
}

/// Makes the closure of a lock whole under a cache folder and returns its own folder.
fn vendor(lock: &Lock, text: &str, cache: &Path, clients: &impl Fetch) -> Result<PathBuf> {
    let folder = cache.join(folder_name(text));
    if assemble::is_done(&folder) {
        return Ok(folder);
    }
    let _guard = exclusive(cache)?;
    if assemble::is_done(&folder) {
        return Ok(folder);
    }
    remove_stale(cache)?;
    let store = Store::in_cache(cache);
    let missing = store.missing(&lock.artifacts);
    disk_space::ensure_enough(cache, &missing)?;
    fetch_missing(&store, &missing, cache, clients)?;
    log::step("Assembling the closure");
    assemble::assemble(lock, &store, &folder)?;
    runtime::restore(&folder, cache)?;
    Ok(folder)
}

/// Holds the cache for this process alone: others wait, and go on when the handle is closed.
pub(crate) fn exclusive(cache: &Path) -> Result<File> {
    fs_err::create_dir_all(cache)?;
    let path = cache.join("lock");
    let file = File::create(&path).with_context(|| format!("could not create {}", path.display()))?;
    if file.try_lock().is_err() {
        log::say("Waiting for another `cargo xtask` that works on the closure");
        file.lock().with_context(|| format!("could not lock {}", path.display()))?;
    }
    Ok(file)
}

/// Removes what runs that were killed have left; called only while the cache is held.
fn remove_stale(cache: &Path) -> Result<()> {
    for entry in fs_err::read_dir(cache)? {
        let entry = entry?;
        let name = entry.file_name();
        if [FETCHING, LOCKING].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            fs_err::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Fetches artifacts, checks each against its digest and keeps it.
fn fetch_missing(store: &Store, missing: &[&Artifact], cache: &Path, clients: &impl Fetch) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    log::step(format_args!("Fetching {} files, {} MB", missing.len(), megabytes(missing)));
    let folder = tempfile::Builder::new().prefix(FETCHING).tempdir_in(cache)?;
    let wanted: Vec<ArtifactRequest> = missing.iter().map(|artifact| ArtifactRequest::of(artifact)).collect();
    let fetched = clients.fetch(&wanted, folder.path(), cache);
    let kept = keep(store, missing, folder.path())?;
    fetched.with_context(|| errors::fetching(missing.len() - kept))?;
    ensure!(kept == missing.len(), errors::fetching(missing.len() - kept));
    Ok(())
}

/// Keeps what did arrive, even where something else did not or is wrong: the next run goes on from there.
fn keep(store: &Store, missing: &[&Artifact], folder: &Path) -> Result<usize> {
    let mut kept = 0;
    let mut first_wrong = Ok(());
    for artifact in missing {
        let file = folder.join(ArtifactRequest::of(artifact).file);
        if file.exists() {
            match store.adopt(&file, artifact) {
                Ok(()) => kept += 1,
                Err(wrong) => first_wrong = first_wrong.and(Err(wrong)),
            }
        }
    }
    first_wrong.map(|()| kept)
}

fn megabytes(artifacts: &[&Artifact]) -> u64 {
    artifacts.iter().map(|artifact| artifact.size).sum::<u64>() / 1_000_000
}

/// Makes sure that the clients which fetch these files are on this machine.
pub(crate) fn need_clients(wanted: &[ArtifactRequest]) -> Result<()> {
    let mut needed = Vec::new();
    if wanted.iter().any(|wanted| wanted.client == fetch::Client::Maven) {
        needed.push(tools::MAVEN);
    }
    if wanted.iter().any(|wanted| wanted.client == fetch::Client::Pip) {
        needed.push(tools::PIP);
    }
    tools::need(&needed)
}
