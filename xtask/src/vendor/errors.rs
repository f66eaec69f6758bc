//! What can go wrong while the closure is fetched and assembled, in words for the user.

use std::path::PathBuf;

/// Why a file cannot be part of the closure, or the closure cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VendorError {
    /// A fetched file is not the one that closure.lock means.
    #[error(
        "{coordinate} is not the file that closure.lock names.\n  expected sha256 {expected}, {expected_size} bytes\n  \
         found    sha256 {found}, {found_size} bytes\nThe file was removed; run `cargo xtask vendor` again. If it \
         happens again, the registry or a proxy hands out another file: find out why before you trust it."
    )]
    WrongDigest { coordinate: String, expected: String, expected_size: u64, found: String, found_size: u64 },
    /// The disk is too full for what is to come.
    #[error(
        "There is not enough space in {}: {needed} MB are needed and {free} MB are free. Free some, or let \
         XDG_CACHE_HOME name a folder on another disk, and run `cargo xtask vendor` again.",
        folder.display()
    )]
    NoSpace { folder: PathBuf, needed: u64, free: u64 },
    /// closure.toml was changed and closure.lock was not.
    #[error("closure.toml was changed since closure.lock was written. Run `cargo xtask lock`.")]
    OutOfDate,
    /// An archive does not hold what it should.
    #[error("{coordinate} does not hold {member}; closure.toml names the wrong folder or file in it.")]
    NotInArchive { coordinate: String, member: String },
}

/// What to say when some files did not come.
pub(crate) fn fetching(missing: usize) -> String {
    format!(
        "{missing} of the closure's files could not be fetched. What arrived is kept. Check the network, and the proxy or \
         mirror settings of Maven and pip, then run `cargo xtask vendor` again"
    )
}
