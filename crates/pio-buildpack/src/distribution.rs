//! The distribution: PredictionIO itself as packed in a release tarball, and its installation in an app.

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

/// The path of the distribution in a release tarball.
pub const IN_TARBALL: &str = "dist";

/// The path of the distribution in an app.
pub const IN_APP: &str = ".pio";

/// The path of the PostgreSQL driver in the distribution.
const DRIVER: &str = "closure/lib/postgresql_jdbc.jar";

/// The digests of all files, written by `cargo xtask dist`.
const CONTENTS: &str = "contents.sha256";

/// The parts of a distribution that an app gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistributionParts {
    /// Only the native programs: an event server needs no Java.
    Programs,
    /// Everything needed to run engines.
    Running,
    /// Everything needed to run and build engines.
    Building,
}

/// An unpacked distribution.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// The root folder, with `bin/pio` and `closure/`.
    pub root: PathBuf,
}

impl Distribution {
    /// The distribution at `PREDICTIONIO_DIST_URL`, else the one in the buildpack.
    ///
    /// # Errors
    /// When it cannot be obtained.
    pub fn find(buildpack: &Path, variables: &Variables, cache: &Path) -> Result<Self, Error> {
        match variables.get(vars::PREDICTIONIO_DIST_URL) {
            Some(url) => Self::fetched(&DistributionUrl::parse(url)?, &cache.join("distribution")),
            None => Self::within(buildpack)
                .ok_or_else(|| Error::NoDistribution { buildpack: buildpack.to_owned() }),
        }
    }

    /// Downloads and unpacks the tarball, or uses the unpacked copy in the cache.
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

    /// Finds the distribution in a folder: in `dist/` as in a release tarball, at the root, or in the only
    /// subfolder.
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

    /// An id that differs between distributions.
    ///
    /// # Errors
    /// When the list of contents cannot be read.
    pub fn id(&self) -> Result<String, Error> {
        let contents = self.root.join(CONTENTS);
        if contents.is_file() { fetch::sha256(&contents) } else { Ok(env!("CARGO_PKG_VERSION").to_owned()) }
    }

    /// The path of the closure.
    #[must_use]
    pub fn closure(&self) -> PathBuf {
        self.root.join("closure")
    }

    /// The path of `pio`.
    #[must_use]
    pub fn pio(&self) -> PathBuf {
        self.root.join("bin/pio")
    }

    /// Installs some parts into an app.
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

    /// Copies the PostgreSQL driver to the path given in PIO's documentation.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn install_driver(&self, app: &Path) -> Result<(), Error> {
        fs::create_dir_all(app.join("lib"))?;
        Ok(copy::file(&self.root.join(DRIVER), &app.join("lib/postgresql_jdbc.jar"))?)
    }
}

impl DistributionParts {
    /// Whether these parts include a path of the distribution.
    fn include(self, path: &Path) -> bool {
        let left_out: &[&str] = match self {
            Self::Programs => &["closure"],
            Self::Running => &["closure/sbt", "closure/postgres"],
            Self::Building => &["closure/postgres"],
        };
        // A running app does not need the buildpack program.
        path != Path::new("bin/pio-buildpack") && !left_out.iter().any(|part| path == Path::new(part))
    }
}
