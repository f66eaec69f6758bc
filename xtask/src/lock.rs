//! Resolves every artifact of the closure from closure.toml and writes closure.lock.

mod libraries;
mod manifest;
mod sbt;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use pio_closure::closure::{self, Closure};
use pio_closure::lockfile::{Artifact, LeftOut, Lock, Section, Unpack};
use pio_settings::dirs;
use sha2::{Digest as _, Sha256};

use crate::vendor::errors::VendorError;
use crate::vendor::fetch::{ArtifactRequest, Client, Fetch as _, OrdinaryClients};
use crate::vendor::maven::Coordinate;
use crate::vendor::store::{Store, digest};
use crate::vendor::{LOCKING, errors, exclusive};
use crate::{cds, log, project, tools};
use manifest::Manifest;

/// What `cargo xtask lock` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only list anew what classes a job loads, in closure.classes, after a change of Spark or of the runtime
    #[arg(long)]
    classes: bool,
}

/// An artifact whose digest is not known yet.
struct Resolved {
    coordinate: String,
    section: Section,
    path: String,
    unpack: Option<Unpack>,
}

/// Resolves, fetches and hashes everything, and writes closure.lock.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.classes {
        return cds::lock(&Closure::locate()?);
    }
    tools::need(&[tools::MAVEN, tools::JDK, tools::PIP])?;
    let cache = dirs::cache();
    let _guard = exclusive(&cache)?;
    let manifest = Manifest::read()?;
    let scratch = tempfile::Builder::new().prefix(LOCKING).tempdir_in(&cache)?;
    log::step("Resolving");
    let (resolved, left_out) = resolve(&manifest, scratch.path(), &cache)?;
    log::step(format_args!("Fetching {} files", resolved.len() + left_out.len()));
    let lock = Lock {
        version: 1,
        resolved_from: manifest_digest()?,
        artifacts: hash(resolved, scratch.path(), &cache)?,
        left_out: measure_sizes(left_out, scratch.path(), &cache)?,
    };
    fs_err::write(project::root().join("closure.lock"), serde_json::to_string_pretty(&lock)? + "\n")?;
    log::say(format_args!("Wrote closure.lock: {} artifacts", lock.artifacts.len()));
    Ok(())
}

/// Makes sure that closure.toml was not changed since closure.lock was written.
pub(crate) fn check_up_to_date(lock: &Lock) -> Result<()> {
    ensure!(lock.resolved_from == manifest_digest()?, VendorError::OutOfDate);
    Ok(())
}

fn manifest_digest() -> Result<String> {
    Ok(hex::encode(Sha256::digest(fs_err::read(project::root().join(manifest::FILE))?)))
}

fn resolve(manifest: &Manifest, scratch: &Path, cache: &Path) -> Result<(Vec<Resolved>, Vec<LeftOut>)> {
    let spark = &manifest.spark;
    let all = libraries::resolve(&spark.libraries, &spark.pins, Some(&spark.platform), scratch, cache)?;
    let (mut resolved, mut left_out) = (Vec::new(), Vec::new());
    for coordinate in all {
        match manifest.reason_to_leave_out(&coordinate)? {
            Some(reason) => left_out.push(LeftOut { coordinate, size: 0, reason: reason.to_owned() }),
            None => resolved.push(jar(coordinate, Section::Spark, closure::JARS)?),
        }
    }
    manifest.ensure_reasons_are_used(&left_out)?;
    resolved.extend(single_files(manifest));
    resolved.extend(sbt::resolve(&manifest.sbt, scratch, cache)?);
    resolved.sort_by(|one, other| one.path.cmp(&other.path));
    for pair in resolved.windows(2) {
        let [one, other] = pair else { continue };
        ensure!(one.path != other.path, "{} and {} go to {}", one.coordinate, other.coordinate, one.path);
    }
    Ok((resolved, left_out))
}

fn jar(coordinate: String, section: Section, folder: &str) -> Result<Resolved> {
    let path = format!("{folder}/{}", Coordinate::parse(&coordinate)?.file_name());
    Ok(Resolved { coordinate, section, path, unpack: None })
}

fn single_files(manifest: &Manifest) -> [Resolved; 3] {
    let Manifest { driver, java, postgres, .. } = manifest;
    [
        Resolved {
            coordinate: with_type(&driver.artifact),
            section: Section::Driver,
            path: closure::DRIVER_JAR.to_owned(),
            unpack: None,
        },
        Resolved {
            coordinate: format!("{}:{}:{}", java.name, java.version, java.platform),
            section: Section::Java,
            path: closure::JAVA.to_owned(),
            unpack: Some(Unpack::Zip { folder: java.folder.clone() }),
        },
        Resolved {
            coordinate: with_type(&postgres.artifact),
            section: Section::Development,
            path: closure::POSTGRES.to_owned(),
            unpack: Some(Unpack::TarXzInZip { member: postgres.archive.clone() }),
        },
    ]
}

/// `group:artifact:jar:version` of `group:artifact:version`.
fn with_type(short: &str) -> String {
    match short.rsplit_once(':') {
        Some((id, version)) => format!("{id}:jar:{version}"),
        None => short.to_owned(),
    }
}

/// Fetches resolved artifacts, keeps them for `vendor` and notes their digests.
fn hash(resolved: Vec<Resolved>, scratch: &Path, cache: &Path) -> Result<Vec<Artifact>> {
    // One artifact may be wanted in two places.
    let wanted: BTreeMap<&str, ArtifactRequest> =
        resolved.iter().map(|one| (one.coordinate.as_str(), wanted(&one.coordinate, one.section))).collect();
    fetch(&wanted.values().cloned().collect::<Vec<_>>(), scratch, cache)?;
    let store = Store::in_cache(cache);
    let mut digests = BTreeMap::new();
    for (&coordinate, wanted) in &wanted {
        let file = scratch.join(&wanted.file);
        let (sha256, size) = digest(&file)?;
        store.keep(&file, &sha256)?;
        digests.insert(coordinate.to_owned(), (sha256, size));
    }
    let artifact = |one: Resolved| {
        let Resolved { coordinate, section, path, unpack } = one;
        let (sha256, size) = digests.get(&coordinate).cloned().context("every artifact was fetched")?;
        Ok(Artifact { coordinate, section, path, sha256, size, unpack })
    };
    resolved.into_iter().map(artifact).collect()
}

/// Fetches what is left out, only to tell its size.
fn measure_sizes(mut left_out: Vec<LeftOut>, scratch: &Path, cache: &Path) -> Result<Vec<LeftOut>> {
    let wanted: Vec<ArtifactRequest> =
        left_out.iter().map(|left| wanted(&left.coordinate, Section::Spark)).collect();
    fetch(&wanted, scratch, cache)?;
    for (left, wanted) in left_out.iter_mut().zip(&wanted) {
        left.size = fs_err::metadata(scratch.join(&wanted.file))?.len();
    }
    left_out.sort_by(|one, other| one.coordinate.cmp(&other.coordinate));
    Ok(left_out)
}

fn wanted(coordinate: &str, section: Section) -> ArtifactRequest {
    let client = if section == Section::Java { Client::Pip } else { Client::Maven };
    ArtifactRequest { coordinate: coordinate.to_owned(), client, file: coordinate.replace(':', "_") }
}

/// Fetches files under names made from their coordinates.
fn fetch(wanted: &[ArtifactRequest], scratch: &Path, cache: &Path) -> Result<()> {
    OrdinaryClients.fetch(wanted, scratch, cache).with_context(|| errors::fetching(wanted.len()))
}
