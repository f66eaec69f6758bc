//! `target/pio/build.json`: the record of a finished build.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Built;

const FILE: &str = "build.json";

/// Version of the file format. A record of another version causes a new build.
const VERSION: u32 = 1;

/// A finished build. Paths are relative, so that the engine's folder can be moved.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    version: u32,
    /// The inputs of the build.
    pub origin: Origin,
    jars: Vec<Jar>,
}

/// The inputs of a build. No rebuild is needed while they stay the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// Digest of everything that is compiled.
    pub content_hash: String,
    /// Digest of the toolchain.
    pub toolchain: String,
    /// Whether the build makes a single jar.
    pub uber_jar: bool,
    /// Additional arguments for sbt.
    pub sbt_extra: Vec<String>,
}

/// A jar of the engine.
#[derive(Debug, Serialize, Deserialize)]
pub struct Jar {
    /// The path relative to `target/pio`.
    pub path: PathBuf,
    /// The size in bytes.
    pub size: u64,
}

impl Record {
    /// Creates a record of these jars.
    #[must_use]
    pub fn new(origin: Origin, jars: Vec<Jar>) -> Self {
        Self { version: VERSION, origin, jars }
    }

    /// Loads the record of the last build. `None` if there is no record, or a jar is missing or truncated.
    #[must_use]
    pub fn load(folder: &Path) -> Option<Self> {
        let text = fs_err::read(folder.join(FILE)).ok()?;
        let record: Self = serde_json::from_slice(&text).ok()?;
        let complete = record.jars.iter().all(|jar| {
            fs_err::metadata(folder.join(&jar.path)).is_ok_and(|metadata| metadata.len() == jar.size)
        });
        (record.version == VERSION && complete).then_some(record)
    }

    /// Writes the record as the last step, which marks the build as finished.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, folder: &Path) -> std::io::Result<()> {
        let draft = folder.join("build.json.new");
        fs_err::write(&draft, serde_json::to_vec_pretty(self)?)?;
        fs_err::rename(draft, folder.join(FILE))
    }

    /// Removes the record, before the jars change.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn remove(folder: &Path) -> std::io::Result<()> {
        match fs_err::remove_file(folder.join(FILE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The recorded build.
    #[must_use]
    pub fn built(&self, folder: &Path, unchanged: bool) -> Built {
        let jars = self.jars.iter().map(|jar| folder.join(&jar.path)).collect();
        Built { jars, content_hash: self.origin.content_hash.clone(), unchanged }
    }
}
