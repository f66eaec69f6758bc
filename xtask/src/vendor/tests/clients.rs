use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, ensure};

use crate::vendor::fetch::{ArtifactRequest, Fetch};

/// Hands out files by coordinate, some of them other than they should be.
pub(super) struct LocalFiles {
    contents: BTreeMap<String, Option<String>>,
    pub(super) fetched: AtomicUsize,
}

impl LocalFiles {
    /// What the lock means.
    pub(super) fn good() -> Self {
        let contents = ["one", "two"].map(|name| (coordinate(name), Some(name.to_owned())));
        Self { contents: contents.into(), fetched: AtomicUsize::new(0) }
    }

    /// Another content for one artifact; none where it cannot be fetched.
    pub(super) fn but(mut self, name: &str, content: Option<&str>) -> Self {
        self.contents.insert(coordinate(name), content.map(str::to_owned));
        self
    }

    pub(super) fn count(&self) -> usize {
        self.fetched.load(Ordering::Relaxed)
    }
}

fn coordinate(name: &str) -> String {
    format!("org.example:{name}:jar:1")
}

impl Fetch for LocalFiles {
    fn fetch(&self, wanted: &[ArtifactRequest], into: &Path, _cache: &Path) -> Result<()> {
        let mut all = true;
        for wanted in wanted {
            self.fetched.fetch_add(1, Ordering::Relaxed);
            match &self.contents[&wanted.coordinate] {
                Some(content) => fs_err::write(into.join(&wanted.file), content)?,
                None => all = false,
            }
        }
        ensure!(all, "the network is down");
        Ok(())
    }
}
