//! What is kept between two builds of an app: what sbt has fetched, and what was built.

use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::copy::{self, Means};
use crate::errors::Error;

/// What `pio build` makes, within the engine.
pub const BUILT: &str = "target/pio";

/// The cache folder of an app, as far as it is ours.
#[derive(Debug, Clone)]
pub struct Cache {
    /// Its folder.
    pub root: PathBuf,
}

impl Cache {
    /// Ours within the platform's.
    #[must_use]
    pub fn within(folder: &Path) -> Self {
        Self { root: folder.join("predictionio") }
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
            copy::tree(&kept, &engine.join(BUILT), Means::Copy, |_| true)?;
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
        copy::tree(&engine.join(BUILT), &draft, Means::Copy, |_| true)?;
        Ok(fs::rename(draft, kept)?)
    }

    fn built(&self) -> PathBuf {
        self.root.join("built")
    }
}
