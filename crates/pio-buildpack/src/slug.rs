//! What a slug holds: the engine's folder, without what only its build needs.

use std::path::{Path, PathBuf};

use fs_err as fs;
use pio_launcher::app::ENGINE_FOLDER;

use crate::cache::BUILT;
use crate::copy::{self, CopyMode};
use crate::errors::Error;

/// What belongs to the platform, to other buildpacks or to the build, not to the engine.
const NOT_THE_ENGINE: &[&str] = &[
    ".git",
    ".pio",
    ".profile.d",
    ".heroku",
    ".jdk",
    ".apt",
    ".buildpacks",
    "node_modules",
    "target",
    ENGINE_FOLDER,
];

/// What of a finished build is needed to run the engine.
const NEEDED: &[&str] = &["build.json", "lib"];

/// What sbt leaves beside a build's own build.
const LEFTOVERS: &[&str] = &["project/target", "project/project"];

/// Lays the engine of an app into `pio-engine/`. The files stay where they were pushed, too: a Procfile may name them there.
/// Both names are of the same file, so it takes no more room.
///
/// # Errors
/// When something cannot be read or written.
pub fn engine_folder(app: &Path, engine: &Path) -> Result<PathBuf, Error> {
    let folder = app.join(ENGINE_FOLDER);
    if engine == folder {
        return Ok(folder);
    }
    copy::copy_tree(app, &folder, CopyMode::Link, |path| {
        !NOT_THE_ENGINE.iter().any(|name| path == Path::new(name))
    })?;
    Ok(folder)
}

/// Removes from the app what only its build needs.
///
/// # Errors
/// When something cannot be removed.
pub fn trim(app: &Path, engine: &Path) -> Result<(), Error> {
    trim_build(engine)?;
    for leftover in LEFTOVERS {
        remove(&app.join(leftover))?;
        remove(&engine.join(leftover))?;
    }
    // What was built on a developer's machine and pushed by mistake.
    remove(&app.join("target"))
}

/// Removes from the engine what is not needed of its finished build.
///
/// # Errors
/// When something cannot be removed.
pub fn trim_build(engine: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(engine.join(BUILT))? {
        let path = entry?.path();
        if !path.file_name().is_some_and(|name| NEEDED.iter().any(|needed| name == *needed)) {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(fs::remove_dir_all(path)?),
        Ok(_) => Ok(fs::remove_file(path)?),
        Err(_) => Ok(()),
    }
}

/// Bytes for people, in millions.
#[must_use]
pub fn human_size(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
