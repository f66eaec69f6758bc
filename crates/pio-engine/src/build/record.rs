//! `target/pio/build.json`: what was built from what.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Built;

const FILE: &str = "build.json";

/// The form of the file; another one is built anew.
const VERSION: u32 = 1;

/// A finished build. Paths are relative, so that the engine's folder may move.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    version: u32,
    /// What it was built from.
    pub origin: Origin,
    jars: Vec<Jar>,
}

/// What an engine is built from: the same origin needs no other build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// A digest of everything that is compiled.
    pub content_hash: String,
    /// A digest of what compiles it.
    pub toolchain: String,
    /// Whether one jar holds all.
    pub uber_jar: bool,
    /// What sbt is told besides.
    pub sbt_extra: Vec<String>,
}

/// A jar of the engine.
#[derive(Debug, Serialize, Deserialize)]
pub struct Jar {
    /// Its path below `target/pio`.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

impl Record {
    /// A record of these jars.
    #[must_use]
    pub fn new(origin: Origin, jars: Vec<Jar>) -> Self {
        Self { version: VERSION, origin, jars }
    }

    /// The record of the last build; `None` where there is none or one of its jars is missing or cut short.
    #[must_use]
    pub fn load(folder: &Path) -> Option<Self> {
        let text = fs_err::read(folder.join(FILE)).ok()?;
        let record: Self = serde_json::from_slice(&text).ok()?;
        let complete = record.jars.iter().all(|jar| {
            fs_err::metadata(folder.join(&jar.path)).is_ok_and(|metadata| metadata.len() == jar.size)
        });
        (record.version == VERSION && complete).then_some(record)
    }

    /// Writes the record, last of all: with it the build is finished.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, folder: &Path) -> std::io::Result<()> {
        let draft = folder.join("build.json.new");
        fs_err::write(&draft, serde_json::to_vec_pretty(self)?)?;
        fs_err::rename(draft, folder.join(FILE))
    }

    /// Takes the record away, before the jars change.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn remove(folder: &Path) -> std::io::Result<()> {
        match fs_err::remove_file(folder.join(FILE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The build that is recorded.
    #[must_use]
    pub fn built(&self, folder: &Path, unchanged: bool) -> Built {
        let jars = self.jars.iter().map(|jar| folder.join(&jar.path)).collect();
        Built { jars, content_hash: self.origin.content_hash.clone(), unchanged }
    }
}
