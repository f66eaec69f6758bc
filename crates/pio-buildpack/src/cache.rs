//! What is kept between two builds of an app: what sbt has fetched, and what was built.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use pio_launcher::log;
use rustix::fs::Access;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::copy::{self, CopyMode};
use crate::errors::Error;

/// What `pio build` makes, within the engine.
pub const BUILT: &str = "target/pio";

/// Ours within the cache folder of a classic platform.
const OURS: &str = "predictionio";

/// The cache folder of an app, as far as it is ours.
#[derive(Debug)]
pub struct Cache {
    /// Its folder.
    pub root: PathBuf,
    /// Holds the folder of a cache that lives for this build only.
    _substitute: Option<TempDir>,
}

impl Cache {
    /// Ours within the platform's. Where that cannot be written to, this build has a cache of its own: no app must fail
    /// to build for want of a cache.
    ///
    /// # Errors
    /// When there is no room for a cache at all.
    pub fn within(folder: &Path) -> Result<Self, Error> {
        match usable(folder) {
            Ok(root) => Ok(Self { root, _substitute: None }),
            Err(reason) => {
                log::warning(format_args!(
                    "The cache in {} cannot be used, so this build fetches and compiles everything, and the next one will:\n\
                     {reason}.\n\
                     Give the folder to the user who builds, or clear it: heroku builds:cache:purge, dokku repo:purge-cache",
                    folder.display()
                ));
                let substitute = tempfile::Builder::new().prefix("pio-cache-").tempdir()?;
                Ok(Self { root: substitute.path().to_owned(), _substitute: Some(substitute) })
            }
        }
    }

    /// One that is a layer of a Cloud Native platform.
    #[must_use]
    pub fn of_layer(root: PathBuf) -> Self {
        Self { root, _substitute: None }
    }

    /// Where everything that is fetched goes: `pio` and sbt take it for the user's cache folder.
    #[must_use]
    pub fn downloads(&self) -> PathBuf {
        self.root.join("downloads")
    }

    /// Lays what was built last time into the engine.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn restore(&self, engine: &Path) -> Result<(), Error> {
        let kept = self.built();
        if kept.is_dir() && !engine.join(BUILT).exists() {
            copy::copy_tree(&kept, &engine.join(BUILT), CopyMode::Copy, |_| true)?;
        }
        Ok(())
    }

    /// Keeps what was built, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn save(&self, engine: &Path) -> Result<(), Error> {
        let (kept, draft) = (self.built(), self.root.join("built.new"));
        for folder in [&draft, &kept] {
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
        }
        copy::copy_tree(&engine.join(BUILT), &draft, CopyMode::Copy, |_| true)?;
        Ok(fs::rename(draft, kept)?)
    }

    fn built(&self) -> PathBuf {
        self.root.join("built")
    }
}

/// Our folder, in which everything can be read and every folder can be written to: a build by another user may have left it.
fn usable(folder: &Path) -> io::Result<PathBuf> {
    let root = folder.join(OURS);
    fs::create_dir_all(&root)?;
    let root = fs::canonicalize(root)?;
    for entry in WalkDir::new(&root) {
        let entry = entry?;
        let access = match entry.file_type() {
            kind if kind.is_dir() => Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK,
            kind if kind.is_file() => Access::READ_OK,
            _ => continue,
        };
        rustix::fs::access(entry.path(), access).map_err(|error| {
            io::Error::other(format!("{}: {}", entry.path().display(), io::Error::from(error)))
        })?;
    }
    Ok(root)
}
