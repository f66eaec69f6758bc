//! Faults while the closure is fetched and assembled, with a tiny lock and files from this machine instead of registries.

mod clients;
mod faults;

use std::path::{Path, PathBuf};

use pio_closure::lockfile::{Artifact, Lock, Section};
use sha2::{Digest as _, Sha256};

use clients::LocalFiles;

/// A lock of two jars whose contents are `one` and `two`, and a cache of its own.
struct World {
    cache: tempfile::TempDir,
    lock: Lock,
    text: String,
}

impl World {
    fn new() -> Self {
        let artifacts = vec![artifact("one"), artifact("two")];
        let lock = Lock { version: 1, resolved_from: String::new(), artifacts, left_out: Vec::new() };
        let text = serde_json::to_string(&lock).unwrap();
        Self { cache: tempfile::tempdir().unwrap(), lock, text }
    }

    fn vendor(&self, clients: &LocalFiles) -> anyhow::Result<PathBuf> {
        super::vendor(&self.lock, &self.text, self.cache.path(), clients)
    }

    /// The closures that can be seen under the cache, finished or not.
    fn closures(&self) -> Vec<String> {
        names(self.cache.path()).into_iter().filter(|name| name.starts_with("closure-")).collect()
    }

    fn stored(&self) -> Vec<String> {
        names(&self.cache.path().join("artifacts"))
    }
}

fn artifact(content: &str) -> Artifact {
    Artifact {
        coordinate: format!("org.example:{content}:jar:1"),
        section: Section::Spark,
        path: format!("jars/{content}.jar"),
        sha256: hex::encode(Sha256::digest(content)),
        size: content.len() as u64,
        unpack: None,
    }
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
