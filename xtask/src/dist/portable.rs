//! Refuses native code that needs a newer C library than a release promises.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Result, ensure};
use fs_err as fs;
use pio_process::command::Command;

use super::contents::{Contents, Source};

/// The newest C library that anything in a release may need: that of Debian 10 and RHEL 8.
pub(super) const C_LIBRARY: Version = Version { major: 2, minor: 28 };

/// A version of the GNU C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u32,
    minor: u32,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Checks each program and library, and gives back the newest version that one of them needs.
pub(super) fn check(contents: &Contents) -> Result<Option<Version>> {
    let mut newest = None;
    for (path, entry) in &contents.entries {
        let Source::File(file) = &entry.source else { continue };
        if !is_native(file)? {
            continue;
        }
        let needed = needed(file)?;
        ensure!(
            needed <= Some(C_LIBRARY),
            "{path} needs version {} of the GNU C library; a release must run with {C_LIBRARY}",
            needed.unwrap_or(C_LIBRARY)
        );
        newest = newest.max(needed);
    }
    Ok(newest)
}

fn is_native(file: &Path) -> Result<bool> {
    let mut start = [0; 4];
    let mut file = fs::File::open(file)?;
    Ok(file.read(&mut start)? == start.len() && start == *b"\x7fELF")
}

fn needed(file: &Path) -> Result<Option<Version>> {
    let command = Command::new("readelf").args(["--version-info", "--wide"]).arg(file).captured();
    Ok(newest_in(&String::from_utf8_lossy(&command.output()?)))
}

/// The newest of the `GLIBC_2.17` in what readelf prints.
fn newest_in(text: &str) -> Option<Version> {
    text.split("GLIBC_").skip(1).filter_map(version).max()
}

fn version(text: &str) -> Option<Version> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let mut parts = text[..end].split('.');
    Some(Version { major: parts.next()?.parse().ok()?, minor: parts.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::contents::{Contents, Source};
    use super::{C_LIBRARY, Version, check, newest_in};

    #[test]
    fn versions_are_numbers_not_text() {
        let text = "  0x0010: Name: GLIBC_2.4  Flags: none\n  0x0020: Name: GLIBC_2.34\n GLIBC_PRIVATE GLIBC_2.2.5 x";
        assert_eq!(newest_in(text), Some(Version { major: 2, minor: 34 }));
        assert_eq!(newest_in("No version information found in this file."), None);
        assert!(newest_in("GLIBC_2.9") < Some(C_LIBRARY));
    }

    #[test]
    fn a_program_of_this_machine_is_looked_at_and_a_script_is_not() {
        let mut contents = Contents::default();
        contents.add("test", Source::File(std::env::current_exe().unwrap()), true);
        contents.add("script", Source::File(PathBuf::from("/etc/passwd")), true);
        match check(&contents) {
            Ok(newest) => assert!(newest.is_some_and(|newest| newest <= C_LIBRARY)),
            Err(error) => assert!(error.to_string().starts_with("test needs version 2."), "{error}"),
        }
    }
}
