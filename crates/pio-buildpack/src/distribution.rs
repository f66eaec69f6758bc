//! The distribution: what a release tarball holds of PredictionIO itself, and how it gets into an app.

use std::path::{Path, PathBuf};

use fs_err as fs;
use pio_launcher::log;
use pio_settings::vars;

use crate::copy::{self, CopyMode};
use crate::errors::Error;
use crate::fetch;
use crate::unpack;
use crate::url::DistributionUrl;
use crate::variables::Variables;

/// The distribution within a release tarball.
pub const IN_TARBALL: &str = "dist";

/// Where it lies in an app.
pub const IN_APP: &str = ".pio";

/// The PostgreSQL driver, within the distribution.
const DRIVER: &str = "closure/lib/postgresql_jdbc.jar";

/// The digests of all its files; `cargo xtask dist` writes it.
const CONTENTS: &str = "contents.sha256";

/// Which parts of a distribution an app gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistributionParts {
    /// The native programs only: an event server needs no Java.
    Programs,
    /// What runs engines.
    Running,
    /// What runs engines and sbt.
    Building,
}

/// An unpacked distribution.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// Its folder, with `bin/pio` and `closure/`.
    pub root: PathBuf,
}

impl Distribution {
    /// The one that `PREDICTIONIO_DIST_URL` names, else the one in the buildpack.
    ///
    /// # Errors
    /// When it cannot be had.
    pub fn find(buildpack: &Path, variables: &Variables, cache: &Path) -> Result<Self, Error> {
        match variables.get(vars::PREDICTIONIO_DIST_URL) {
            Some(url) => Self::fetched(&DistributionUrl::parse(url)?, &cache.join("distribution")),
            None => Self::within(buildpack)
                .ok_or_else(|| Error::NoDistribution { buildpack: buildpack.to_owned() }),
        }
    }

    /// Fetches and unpacks, or takes what the cache has of the same tarball.
    fn fetched(url: &DistributionUrl, cache: &Path) -> Result<Self, Error> {
        log::step(format_args!("Taking PredictionIO from {}", url.shown()));
        let (unpacked, mark) = (cache.join("unpacked"), cache.join("sha256"));
        let known = fs::read_to_string(&mark).ok();
        if let Some(found) = Self::within(&unpacked).filter(|_| known.is_some() && known == url.sha256) {
            log::detail("It is in the cache");
            return Ok(found);
        }
        let tarball = fetch::tarball(url, cache)?;
        let digest = fetch::sha256(&tarball)?;
        if let Some(found) = Self::within(&unpacked).filter(|_| known.as_ref() == Some(&digest)) {
            log::detail("It has not changed");
            return Ok(found);
        }
        if unpacked.exists() {
            fs::remove_dir_all(&unpacked)?;
        }
        fs::create_dir_all(&unpacked)?;
        unpack::tarball(&tarball, &unpacked)?;
        if tarball.starts_with(cache) {
            fs::remove_file(&tarball)?;
        }
        let found = Self::within(&unpacked).ok_or(Error::NotADistribution)?;
        fs::write(&mark, digest)?;
        Ok(found)
    }

    /// The distribution in a folder: in `dist/` as in a release tarball, at its root, or in the only folder that it holds.
    fn within(folder: &Path) -> Option<Self> {
        let mut places = vec![folder.join(IN_TARBALL), folder.to_owned()];
        let entries: Vec<PathBuf> =
            fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
        if let [only] = entries.as_slice() {
            places.extend([only.join(IN_TARBALL), only.clone()]);
        }
        let is_whole = |place: &PathBuf| place.join("bin/pio").is_file() && place.join(DRIVER).is_file();
        places.into_iter().find(is_whole).map(|root| Self { root })
    }

    /// What tells it from another one.
    ///
    /// # Errors
    /// When its list of contents cannot be read.
    pub fn id(&self) -> Result<String, Error> {
        let contents = self.root.join(CONTENTS);
        if contents.is_file() { fetch::sha256(&contents) } else { Ok(env!("CARGO_PKG_VERSION").to_owned()) }
    }

    /// Its closure.
    #[must_use]
    pub fn closure(&self) -> PathBuf {
        self.root.join("closure")
    }

    /// Its `pio`.
    #[must_use]
    pub fn pio(&self) -> PathBuf {
        self.root.join("bin/pio")
    }

    /// Lays parts of it into an app.
    ///
    /// # Errors
    /// When something cannot be read or written.
    pub fn install(&self, into: &Path, parts: DistributionParts, mode: CopyMode) -> Result<(), Error> {
        if into.exists() {
            fs::remove_dir_all(into)?;
        }
        copy::copy_tree(&self.root, into, mode, |path| parts.include(path))?;
        Ok(())
    }

    /// Puts the PostgreSQL driver where PIO's documentation promises it.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn install_driver(&self, app: &Path) -> Result<(), Error> {
        fs::create_dir_all(app.join("lib"))?;
        Ok(copy::file(&self.root.join(DRIVER), &app.join("lib/postgresql_jdbc.jar"))?)
    }
}

impl DistributionParts {
    /// Whether a path within the distribution is among these parts.
    fn include(self, path: &Path) -> bool {
        let left_out: &[&str] = match self {
            Self::Programs => &["closure"],
            Self::Running => &["closure/sbt", "closure/postgres"],
            Self::Building => &["closure/postgres"],
        };
        // The buildpack itself has done its work when an app runs.
        path != Path::new("bin/pio-buildpack") && !left_out.iter().any(|part| path == Path::new(part))
    }
}
