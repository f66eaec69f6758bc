//! Builds the Scala runtime with the closure's compiler and installs it into the closure, with Java's archive of classes.

mod jar;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use pio_closure::closure::{self, Closure};
use pio_settings::dirs;
use sha2::{Digest as _, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::vendor::exclusive;
use crate::vendor::store::{digest, settle};
use crate::{cds, log, project};

/// What `cargo xtask runtime` takes.
#[derive(clap::Args)]
pub(crate) struct Options {}

/// The jar's name in the cache and beside it the digest in the closure.
const JAR: &str = "pio-runtime.jar";

/// Builds the runtime where its sources or the closure's jars are new to this machine, and installs it.
pub(crate) fn run(_: &Options) -> Result<()> {
    let closure = Closure::locate()?;
    let _guard = exclusive(&dirs::cache())?;
    let jar = built(&closure)?;
    install(&jar, &closure)?;
    log::say(format_args!("The runtime is installed: {}", closure.root.join(closure::RUNTIME_JAR).display()));
    Ok(())
}

/// Installs a runtime that was built before into a closure that was made anew.
pub(crate) fn restore(folder: &Path, cache: &Path) -> Result<()> {
    let closure = Closure::at(folder)?;
    let jar = cached(&closure, cache)?;
    if jar.exists() { install(&jar, &closure) } else { Ok(()) }
}

/// The runtime's jar in the cache, built now if it was not before.
fn built(closure: &Closure) -> Result<PathBuf> {
    let jar = cached(closure, &dirs::cache())?;
    if !jar.exists() {
        log::step("Building the runtime");
        let folder = jar.parent().context("the cache has a folder")?;
        fs_err::create_dir_all(folder)?;
        let unfinished = folder.join("unfinished");
        jar::make(closure, &project::root().join("runtime"), &unfinished)?;
        settle(&unfinished, 0o444)?;
        fs_err::rename(unfinished, &jar)?;
    }
    Ok(jar)
}

/// Where the cache has the runtime made of the present sources with this closure.
fn cached(closure: &Closure, cache: &Path) -> Result<PathBuf> {
    let key = key(&project::root().join("runtime"), closure)?;
    Ok(cache.join("runtime").join(key).join(JAR))
}

/// A digest of the runtime's sources and of the closure's name, which tells its jars.
fn key(sources: &Path, closure: &Closure) -> Result<String> {
    let mut hasher = Sha256::new();
    if let Some(name) = closure.root.file_name() {
        hasher.update(name.as_encoded_bytes());
    }
    for entry in WalkDir::new(sources).sort_by_file_name().into_iter().filter_entry(is_source) {
        let entry = entry?;
        if entry.file_type().is_file() {
            hasher.update(entry.path().strip_prefix(sources)?.as_os_str().as_encoded_bytes());
            hasher.update(digest(entry.path())?.0);
        }
    }
    Ok(hex::encode(hasher.finalize())[..16].to_owned())
}

/// Not what sbt makes, nor tests: they are no part of the jar.
fn is_source(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    let made_by_sbt = name == "target" || (name.starts_with('.') && entry.depth() > 0);
    let nested_project = name == "project" && entry.depth() > 1;
    let tests = name == "test" && entry.depth() == 2;
    !(made_by_sbt || nested_project || tests)
}

/// Puts the runtime into the closure and makes the archive of classes anew; does nothing where that was done.
fn install(jar: &Path, closure: &Closure) -> Result<()> {
    let place = closure.root.join(closure::RUNTIME_JAR);
    let same = place.exists() && digest(&place)? == digest(jar)?;
    if !same {
        // Java cannot tell a new jar from an old one of the same size: the archive goes first.
        let _ = fs_err::remove_file(closure.root.join(closure::CDS_ARCHIVE));
        let folder = place.parent().context("the runtime has a folder")?;
        fs_err::create_dir_all(folder)?;
        let unfinished = folder.join("unfinished");
        fs_err::copy(jar, &unfinished)?;
        settle(&unfinished, 0o444)?;
        fs_err::rename(unfinished, &place)?;
    }
    if same && closure.cds_archive().is_some() {
        return Ok(());
    }
    log::step("Archiving the classes that every job loads");
    cds::make(closure)
}
