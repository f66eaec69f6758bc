//! Whether the disk has room for a closure.

use std::path::Path;

use anyhow::Result;
use pio_closure::lockfile::Artifact;

use super::errors::VendorError;

/// Java and PostgreSQL unpacked, and the archives of classes.
const UNPACKED: u64 = 350_000_000;

/// Makes sure that there is room for what is to be fetched (for a while it lies in two places) and unpacked.
pub(crate) fn ensure_enough(folder: &Path, missing: &[&Artifact]) -> Result<()> {
    let needed = missing.iter().map(|artifact| artifact.size * 2).sum::<u64>() + UNPACKED;
    let disk = rustix::fs::statvfs(folder)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free < needed {
        let folder = folder.to_owned();
        return Err(
            VendorError::NoSpace { folder, needed: needed / 1_000_000, free: free / 1_000_000 }.into()
        );
    }
    Ok(())
}
