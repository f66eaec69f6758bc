//! The contents of a slug: the engine's folder, without files that only the build needs.

use std::path::{Path, PathBuf};

use fs_err as fs;
use pio_launcher::app::ENGINE_FOLDER;

use crate::cache::BUILT;
use crate::copy::{self, CopyMode};
use crate::errors::Error;

/// Files that belong to the platform, to other buildpacks or to the build.
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

/// Parts of a finished build that are needed to run the engine.
const NEEDED: &[&str] = &["build.json", "lib"];

/// Output folders of sbt's meta-build.
const LEFTOVERS: &[&str] = &["project/target", "project/project"];

/// Places the app's engine in `pio-engine/`. The pushed files also stay in place, because a Procfile may
/// refer to them. Hard links avoid using more space.
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

/// Removes files that only the build needs from the app.
///
/// # Errors
/// When something cannot be removed.
pub fn trim(app: &Path, engine: &Path) -> Result<(), Error> {
    trim_build(engine)?;
    for leftover in LEFTOVERS {
        remove(&app.join(leftover))?;
        remove(&engine.join(leftover))?;
    }
    // Output of a build on a developer's machine, pushed by mistake.
    remove(&app.join("target"))
}

/// Removes the parts of the finished build that are not needed to run the engine.
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

/// Formats a size in megabytes, that is millions of bytes.
#[must_use]
pub fn human_size(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
