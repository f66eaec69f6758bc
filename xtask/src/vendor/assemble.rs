//! Lays out a closure from the fetched artifacts.

use std::path::{Path, PathBuf};

use anyhow::Result;
use pio_closure::closure::{self, Closure};
use pio_closure::jvm;
use pio_closure::lockfile::{Artifact, Lock, Section};

use super::store::{Store, settle};
use super::{complete_marker, unpack};

/// Whether a closure is whole and holds what the project now writes into it.
pub(crate) fn is_done(folder: &Path) -> bool {
    let logging = fs_err::read_to_string(folder.join(closure::LOGGING));
    complete_marker::is_complete(folder) && logging.is_ok_and(|text| text == closure::LOGGING_TEXT)
}

/// Makes a closure beside its folder and puts it there in one step, so that there never is half a closure.
pub(crate) fn assemble(lock: &Lock, store: &Store, folder: &Path) -> Result<()> {
    let unfinished = with_suffix(folder, "unfinished");
    remove(&unfinished)?;
    fs_err::create_dir_all(&unfinished)?;
    for artifact in &lock.artifacts {
        place(artifact, store, &unfinished)?;
    }
    write(&unfinished, closure::RELEASE, "Spark for Scala 2.12, vendored by PIO\n")?;
    write(&unfinished, closure::LOGGING, closure::LOGGING_TEXT)?;
    if lock.artifacts.iter().any(|artifact| artifact.section == Section::Java) {
        dump_classes_of_java(&unfinished)?;
    }
    complete_marker::write(&unfinished)?;
    let replaced = with_suffix(folder, "replaced");
    remove(&replaced)?;
    if folder.exists() {
        fs_err::rename(folder, &replaced)?;
    }
    fs_err::rename(&unfinished, folder)?;
    remove(&replaced)
}

/// Links or unpacks one artifact to its place.
fn place(artifact: &Artifact, store: &Store, root: &Path) -> Result<()> {
    let file = store.verified(artifact)?;
    let path = root.join(&artifact.path);
    if let Some(parent) = path.parent() {
        fs_err::create_dir_all(parent)?;
    }
    match &artifact.unpack {
        Some(how) => unpack::unpack(&file, how, artifact, &path),
        None => link(&file, &path),
    }
}

/// A second name for a file; a copy where the file system has no such thing.
fn link(file: &Path, path: &Path) -> Result<()> {
    if fs_err::hard_link(file, path).is_err() {
        fs_err::copy(file, path)?;
        settle(path, 0o444)?;
    }
    Ok(())
}

fn write(root: &Path, name: &str, text: &str) -> Result<()> {
    let path = root.join(name);
    if let Some(parent) = path.parent() {
        fs_err::create_dir_all(parent)?;
    }
    fs_err::write(&path, text)?;
    settle(&path, 0o644)
}

/// The wheel's Java comes without the archive of its own classes, with which sbt and whatever else is not Spark starts faster.
fn dump_classes_of_java(root: &Path) -> Result<()> {
    jvm::java(&Closure::at(root)?)?
        .args(["-Xshare:dump", "-Xlog:disable", "-Xlog:all=error:stderr"])
        .no_stdin()
        .captured()
        .run()?;
    let archive = root.join(closure::JAVA).join("lib/server/classes.jsa");
    settle(&archive, 0o444)
}

fn with_suffix(folder: &Path, suffix: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn remove(folder: &Path) -> Result<()> {
    match fs_err::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
