//! The cache between two builds of an app: sbt's downloads and the finished build.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use pio_launcher::log;
use rustix::fs::Access;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::copy::{self, CopyMode};
use crate::errors::Error;

/// The output folder of `pio build` within the engine.
pub const BUILT: &str = "target/pio";

/// Our subfolder of a classic platform's cache folder.
const OURS: &str = "predictionio";

/// Our part of an app's cache folder.
#[derive(Debug)]
pub struct Cache {
    /// Its folder.
    pub root: PathBuf,
    /// Keeps the temporary folder alive when the cache is only for this build.
    _substitute: Option<TempDir>,
}

impl Cache {
    /// Opens our subfolder of the platform's cache. If it is not writable, uses a temporary cache, because a
    /// build must not fail for lack of a cache.
    ///
    /// # Errors
    /// When there is no space even for a temporary cache.
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

    /// A cache in a layer of a Cloud Native platform.
    #[must_use]
    pub fn of_layer(root: PathBuf) -> Self {
        Self { root, _substitute: None }
    }

    /// The folder for all downloads. `pio` and sbt use it as the user's cache folder.
    #[must_use]
    pub fn downloads(&self) -> PathBuf {
        self.root.join("downloads")
    }

    /// Copies the previous build into the engine.
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

    /// Stores the build. The cache gets all of it or nothing.
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

/// Our subfolder. Everything in it must be readable and every folder writable: another user's build may have
/// created it.
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
