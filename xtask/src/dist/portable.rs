//! Refuses native code that needs a newer C library than a release promises.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Result, ensure};
use elf::ElfBytes;
use elf::endian::AnyEndian;
use fs_err as fs;

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

/// The newest version of the C library that a symbol of the file asks for.
fn needed(file: &Path) -> Result<Option<Version>> {
    let bytes = fs::read(file)?;
    let elf = ElfBytes::<AnyEndian>::minimal_parse(&bytes)?;
    let (Some(versions), Some((symbols, _))) = (elf.symbol_version_table()?, elf.dynamic_symbol_table()?)
    else {
        return Ok(None);
    };
    let mut newest = None;
    for symbol in 0..symbols.len() {
        if let Some(wanted) = versions.get_requirement(symbol)? {
            newest = newest.max(wanted.name.strip_prefix("GLIBC_").and_then(version));
        }
    }
    Ok(newest)
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
    use super::{C_LIBRARY, Version, check, version};

    #[test]
    fn versions_are_numbers_not_text() {
        assert_eq!(version("2.34"), Some(Version { major: 2, minor: 34 }));
        assert_eq!(version("PRIVATE"), None);
        assert!(version("2.9") < Some(C_LIBRARY));
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
