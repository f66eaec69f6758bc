//! Whether a release is the same wherever it is made: it is made once more, from a copy of the sources in another folder and with
//! another cache, and compared.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use flate2::read::GzDecoder;
use fs_err as fs;
use pio_process::command::Command;
use pio_settings::dirs;

use crate::{project, talk};

/// What of the cache was only fetched, and so may be taken again.
const FETCHED: &[&str] = &["artifacts", "maven", "sbt", "tools"];

/// The list of files with their digests that each release holds.
const LIST: &str = "dist/contents.sha256";

/// Makes the release again and fails where one byte differs.
pub(super) fn compare(made: &Path) -> Result<()> {
    talk::step("Making the release again in another folder");
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
        talk::say("Both are the same, bit for bit");
        return Ok(());
    }
    let (one, other) = (list(made)?, list(&again)?);
    let differing: BTreeSet<&str> =
        one.symmetric_difference(&other).filter_map(|line| line.split_whitespace().nth(1)).collect();
    bail!("a release that is made twice differs in {differing:?}")
}

/// The lines of a release's list of files.
pub(super) fn list(tarball: &Path) -> Result<BTreeSet<String>> {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(tarball)?));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path()? == Path::new(LIST) {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            return Ok(text.lines().map(str::to_owned).collect());
        }
    }
    bail!("{} has no {LIST}", tarball.display())
}
