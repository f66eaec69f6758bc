//! Whether a release is the same wherever it is made: it is made once more, from a copy of the sources in another folder and with
//! another cache, and compared.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use flate2::read::GzDecoder;
use fs_err as fs;
use pio_process::command::Command;
use pio_settings::dirs;
use sha2::{Digest as _, Sha256};

use crate::{log, project};

/// What of the cache was only fetched, and so may be taken again.
const FETCHED: &[&str] = &["artifacts", "maven", "sbt", "tools"];

/// The list of files with their digests that each release holds.
pub(super) const LIST: &str = "dist/contents.sha256";

/// Makes the release again and fails where one byte differs.
pub(super) fn compare(made: &Path) -> Result<()> {
    log::step("Making the release again in another folder");
    let folder = tempfile::Builder::new().prefix("release-made-again-").tempdir()?;
    let (sources, cache) = (folder.path().join("sources"), folder.path().join("cache"));
    project::copy_sources(&sources)?;
    fs::create_dir_all(cache.join("pio"))?;
    for name in FETCHED {
        let from = dirs::cache().join(name);
        if from.is_dir() {
            Command::new("cp").arg("-a").arg(from).arg(cache.join("pio")).run()?;
        }
    }
    let out = folder.path().join("out");
    for task in ["vendor", "runtime", "dist"] {
        let mut xtask = Command::new("cargo").args(["xtask", task]).current_dir(&sources);
        if task == "dist" {
            xtask = xtask.arg("--out").arg(&out);
        }
        xtask.env("XDG_CACHE_HOME", &cache).env_remove("CARGO_TARGET_DIR").run()?;
    }
    let again = out.join(made.file_name().context("a tarball has a name")?);
    if fs::read(made)? == fs::read(&again)? {
        log::say("Both are the same, bit for bit");
        return Ok(());
    }
    let (one, other) = (files(made)?, files(&again)?);
    let differing: BTreeSet<&str> = one.symmetric_difference(&other).map(|(path, _)| path.as_str()).collect();
    bail!("a release that is made twice differs in {differing:?}")
}

/// Every file and link in a tarball, with a digest of its bytes and mode or of where it leads.
pub(super) fn files(tarball: &Path) -> Result<BTreeSet<(String, String)>> {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(tarball)?));
    let mut files = BTreeSet::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        if let Some(target) = entry.link_name()? {
            files.insert((path, format!("-> {}", target.display())));
        } else if entry.header().entry_type().is_file() {
            let mode = entry.header().mode()?;
            let mut hasher = Sha256::new();
            std::io::copy(&mut entry, &mut hasher)?;
            files.insert((path, format!("{mode:o} {}", hex::encode(hasher.finalize()))));
        }
    }
    Ok(files)
}
