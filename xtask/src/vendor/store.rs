//! The fetched artifacts in the user's cache, by digest: shared by all clones of the project.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Result;
use pio_closure::closure::FILE_TIME;
use pio_closure::lockfile::Artifact;
use sha2::{Digest as _, Sha256};

use super::errors::VendorError;

/// A folder of files that are named by their SHA-256 digests.
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(crate) fn in_cache(cache: &Path) -> Self {
        Self { folder: cache.join("artifacts") }
    }

    /// Where a file with this digest is, or would be.
    pub(crate) fn path(&self, sha256: &str) -> PathBuf {
        self.folder.join(sha256)
    }

    /// The artifacts that have to be fetched. Looks at sizes only: digests are checked when a closure is assembled.
    pub(crate) fn missing<'a>(&self, artifacts: &'a [Artifact]) -> Vec<&'a Artifact> {
        let mut missing: Vec<&Artifact> = Vec::new();
        for artifact in artifacts {
            let there =
                fs_err::metadata(self.path(&artifact.sha256)).is_ok_and(|file| file.len() == artifact.size);
            if !there && missing.iter().all(|other| other.sha256 != artifact.sha256) {
                missing.push(artifact);
            }
        }
        missing
    }

    /// Checks a fetched file and keeps it; one that is not what the lock means is removed.
    pub(crate) fn adopt(&self, file: &Path, artifact: &Artifact) -> Result<()> {
        verify(file, artifact)?;
        self.keep(file, &artifact.sha256)
    }

    /// Keeps a file under its digest, read-only and with the one modification time that every file of a closure has.
    pub(crate) fn keep(&self, file: &Path, sha256: &str) -> Result<()> {
        settle(file, 0o444)?;
        fs_err::create_dir_all(&self.folder)?;
        fs_err::rename(file, self.path(sha256))?;
        Ok(())
    }

    /// The checked file of an artifact; one that has been damaged since it was fetched is removed.
    pub(crate) fn verified(&self, artifact: &Artifact) -> Result<PathBuf> {
        let path = self.path(&artifact.sha256);
        verify(&path, artifact)?;
        Ok(path)
    }
}

/// The digest and the size of a file.
pub(crate) fn digest(file: &Path) -> Result<(String, u64)> {
    let mut file = fs_err::File::open(file)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((hex::encode(hasher.finalize()), size));
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
}

fn verify(file: &Path, artifact: &Artifact) -> Result<()> {
    let (found, found_size) = digest(file)?;
    if found == artifact.sha256 && found_size == artifact.size {
        return Ok(());
    }
    fs_err::remove_file(file)?;
    let (coordinate, expected) = (artifact.coordinate.clone(), artifact.sha256.clone());
    Err(VendorError::WrongDigest { coordinate, expected, expected_size: artifact.size, found, found_size }
        .into())
}

/// Gives a file its mode and the modification time of every file in a closure: 1980, as Cloud Native Buildpacks set it in
/// images. Java's archive of classes holds only for jars with the times that they had when it was made.
pub(crate) fn settle(file: &Path, mode: u32) -> Result<()> {
    fs_err::set_permissions(file, std::fs::Permissions::from_mode(mode | 0o200))?;
    fs_err::OpenOptions::new()
        .write(true)
        .open(file)?
        .file()
        .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(FILE_TIME))?;
    fs_err::set_permissions(file, std::fs::Permissions::from_mode(mode))?;
    Ok(())
}
