//! closure.lock: every vendored artifact by coordinate, digest and size; never by address.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::errors::ClosureError;

/// The text of the closure.lock that this program was built with.
pub const EMBEDDED: &str = include_str!("../../../closure.lock");

/// The whole of closure.lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The version of the format; 1.
    pub version: u32,
    /// The digest of the closure.toml that this was resolved from.
    pub resolved_from: String,
    /// Every artifact, sorted by path.
    pub artifacts: Vec<Artifact>,
    /// What the resolved libraries ask for and the closure does not hold, sorted by coordinate.
    pub left_out: Vec<LeftOut>,
}

/// One file that an ordinary client of a registry fetches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// For Maven `group:artifact:type[:classifier]:version`, for PyPI `name:version:platform`.
    pub coordinate: String,
    /// What the artifact is there for.
    pub section: Section,
    /// Where it goes in the closure: a file, or the folder into which it is unpacked.
    pub path: String,
    /// The SHA-256 digest in hexadecimal digits.
    pub sha256: String,
    /// The size in bytes.
    pub size: u64,
    /// How it is unpacked; a plain file where this is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpack: Option<Unpack>,
}

/// What an artifact is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Spark and the libraries that engines use: on every JVM's class path.
    Spark,
    /// The PostgreSQL driver.
    Driver,
    /// The Java runtime, a wheel of PyPI.
    Java,
    /// sbt and its plugin: needed to build engines, not to run them.
    Sbt,
    /// The embedded PostgreSQL: for development only.
    Development,
}

/// How an artifact is unpacked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "format", rename_all = "kebab-case")]
pub enum Unpack {
    /// What lies under a folder of a zip file.
    Zip {
        /// The folder, without a slash at its end.
        folder: String,
    },
    /// A compressed tar file that lies in a zip file.
    TarXzInZip {
        /// The name of the tar file.
        member: String,
    },
}

/// A jar that the closure does without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The coordinate, as of an artifact.
    pub coordinate: String,
    /// The size in bytes.
    pub size: u64,
    /// Why nothing needs it.
    pub reason: String,
}

impl Lock {
    /// Reads the text of a closure.lock.
    ///
    /// # Errors
    /// When the text is not of this format.
    pub fn parse(text: &str) -> Result<Self, ClosureError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// The name of the folder in the user's cache that holds the closure of a closure.lock with this text.
#[must_use]
pub fn folder_name(text: &str) -> String {
    let digest = hex::encode(Sha256::digest(text));
    format!("closure-{}", &digest[..12])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{EMBEDDED, Lock, folder_name};

    #[test]
    fn the_projects_own_lock_is_sorted_and_whole() {
        let lock = Lock::parse(EMBEDDED).unwrap();
        assert!(
            lock.artifacts.is_sorted_by(|one, next| one.path < next.path),
            "sorted by path, each path once"
        );
        for artifact in &lock.artifacts {
            assert_eq!(artifact.sha256.len(), 64, "{artifact:?}");
            assert!(artifact.size > 0, "{artifact:?}");
        }
    }

    #[test]
    fn no_address_stands_in_the_lock() {
        assert!(!EMBEDDED.contains("://"));
    }

    #[test]
    fn what_is_left_out_is_not_there() {
        let lock = Lock::parse(EMBEDDED).unwrap();
        let there: BTreeSet<_> = lock.artifacts.iter().map(|artifact| &artifact.coordinate).collect();
        assert!(lock.left_out.iter().all(|left| !there.contains(&left.coordinate)));
    }

    #[test]
    fn another_text_has_another_folder() {
        assert_eq!(folder_name("a"), "closure-ca978112ca1b");
        assert_ne!(folder_name("a"), folder_name("b"));
    }
}
