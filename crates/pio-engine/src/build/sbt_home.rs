//! The layout of the closure's sbt.

use std::path::{Path, PathBuf};

use pio_closure::closure::Closure;

use crate::errors::BuildError;

/// sbt's own jars.
pub(crate) fn own_jars(closure: &Closure) -> Result<Vec<PathBuf>, BuildError> {
    jars(&own_folder(closure)?)
}

/// The jars of the Scala version that sbt runs with.
pub(crate) fn scala_jars(closure: &Closure) -> Result<Vec<PathBuf>, BuildError> {
    jars(&scala_folder(closure)?.join("lib"))
}

pub(crate) fn version(closure: &Closure) -> Result<String, BuildError> {
    Ok(own_folder(closure)?.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

/// The compiled bridge between sbt and the Scala 2.12 compiler, which is also the one that sbt itself was
/// compiled with.
pub(crate) fn bridge(closure: &Closure) -> Result<PathBuf, BuildError> {
    let folder = own_folder(closure)?;
    let is_bridge = |jar: &PathBuf| {
        jar.file_name().is_some_and(|name| name.to_string_lossy().starts_with("compiler-bridge_2.12-"))
    };
    jars(&folder)?.into_iter().find(is_bridge).ok_or(BuildError::NoSbt { folder })
}

fn own_folder(closure: &Closure) -> Result<PathBuf, BuildError> {
    only_folder(&scala_folder(closure)?.join("org.scala-sbt/sbt"))
}

fn scala_folder(closure: &Closure) -> Result<PathBuf, BuildError> {
    only_folder(&closure.sbt_boot()?)
}

fn only_folder(folder: &Path) -> Result<PathBuf, BuildError> {
    let mut folders = entries(folder)?;
    folders.retain(|path| path.is_dir());
    folders.pop().ok_or_else(|| BuildError::NoSbt { folder: folder.to_owned() })
}

fn jars(folder: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut jars = entries(folder)?;
    jars.retain(|path| path.extension().is_some_and(|extension| extension == "jar"));
    Ok(jars)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, BuildError> {
    let mut entries = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        entries.push(entry?.path());
    }
    entries.sort();
    Ok(entries)
}
