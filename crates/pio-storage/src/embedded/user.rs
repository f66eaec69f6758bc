//! As whom the server runs: `PostgreSQL` refuses root.

use std::{fs::Metadata, os::unix::fs::MetadataExt as _, path::Path};

use fs_err as fs;

use super::errors::EmbeddedError;

/// The users that root's server may run as, the best one first.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// An unprivileged user, when this process is root's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct User {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl User {
    /// The other user as whom the server must run; nothing where this process's own will do.
    pub(super) fn needed() -> Result<Option<Self>, EmbeddedError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let users = fs::read_to_string("/etc/passwd")?;
        let found =
            CANDIDATES.iter().find_map(|name| users.lines().find_map(|line| Self::from_line(line, name)));
        found.map(Some).ok_or(EmbeddedError::NoUser)
    }

    /// Reads a line of the user database, if it is about this user.
    fn from_line(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Self { uid, gid })
    }

    /// Whether the user may pass through all folders above a path, to files in it.
    pub(super) fn reaches(self, path: &Path) -> bool {
        path.ancestors().filter_map(|folder| fs::metadata(folder).ok()).all(|folder| self.passes(&folder))
    }

    fn passes(self, folder: &Metadata) -> bool {
        let bit = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & bit != 0
    }

    /// Gives a file or folder to the user.
    pub(super) fn own(self, path: &Path) -> Result<(), EmbeddedError> {
        Ok(fs::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))?)
    }
}

#[cfg(test)]
mod tests {
    use super::User;

    #[test]
    fn a_user_is_read_from_its_line_only() {
        let line = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash";
        assert_eq!(User::from_line(line, "postgres"), Some(User { uid: 101, gid: 104 }));
        assert_eq!(User::from_line(line, "nobody"), None);
        assert_eq!(User::from_line("postgres:x:0:0::/:/bin/sh", "postgres"), None, "root under another name");
    }
}
