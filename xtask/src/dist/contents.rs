//! The list of a tarball's files, sorted by path.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{FileTimes, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Result;
use fs_err as fs;
use pio_closure::closure::FILE_TIME;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

/// Where a file's bytes are.
#[derive(Debug)]
pub(super) enum Source {
    File(PathBuf),
    Bytes(Vec<u8>),
    Symlink(PathBuf),
}

/// A file of the tarball.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) source: Source,
    pub(super) executable: bool,
}

/// The files by their path in the tarball.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) entries: BTreeMap<String, Entry>,
}

impl Contents {
    pub(super) fn add(&mut self, path: &str, source: Source, executable: bool) {
        self.entries.insert(path.to_owned(), Entry { source, executable });
    }

    /// Adds a folder's files under a path, but for some that are left out.
    pub(super) fn add_tree(&mut self, under: &str, folder: &Path, left_out: &[&str]) -> Result<()> {
        let unwanted = |path: &Path| left_out.iter().any(|name| path == folder.join(name));
        for entry in WalkDir::new(folder).into_iter().filter_entry(|entry| !unwanted(entry.path())) {
            let entry = entry?;
            let within = entry.path().strip_prefix(folder)?.to_string_lossy();
            let path = if under.is_empty() { within.into_owned() } else { format!("{under}/{within}") };
            if entry.file_type().is_symlink() {
                self.add(&path, Source::Symlink(fs::read_link(entry.path())?), false);
            } else if entry.file_type().is_file() {
                let executable = entry.metadata()?.permissions().mode() & 0o111 != 0;
                self.add(&path, Source::File(entry.path().to_owned()), executable);
            }
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The lines of `sha256sum` for the files under a path, named from there.
    pub(super) fn digests(&self, under: &str) -> Result<String> {
        let mut text = String::new();
        for (path, entry) in &self.entries {
            if let (Some(within), Some(bytes)) = (path.strip_prefix(under), entry.source.bytes()?) {
                writeln!(text, "{}  {within}", hex::encode(Sha256::digest(bytes)))?;
            }
        }
        Ok(text)
    }

    /// Every file and link, with a digest of its bytes and mode or of where it leads.
    pub(super) fn files(&self) -> Result<Vec<(String, String)>> {
        let entries = self.entries.iter().map(|(path, entry)| {
            let shown = match (&entry.source, entry.source.bytes()?) {
                (Source::Symlink(target), _) => format!("-> {}", target.display()),
                (_, bytes) => {
                    format!("{:o} {}", entry.mode(), hex::encode(Sha256::digest(bytes.unwrap_or_default())))
                }
            };
            Ok((path.clone(), shown))
        });
        entries.collect()
    }

    /// Lays the files out in a folder, as unpacking the tarball would.
    pub(super) fn write_to(&self, folder: &Path) -> Result<()> {
        for (path, entry) in &self.entries {
            let to = folder.join(path);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            if let Source::Symlink(target) = &entry.source {
                fs::os::unix::fs::symlink(target, &to)?;
            } else if let Some(bytes) = entry.source.bytes()? {
                fs::write(&to, bytes)?;
                fs::set_permissions(&to, Permissions::from_mode(entry.mode()))?;
                let time = SystemTime::UNIX_EPOCH + Duration::from_secs(FILE_TIME);
                fs::File::open(&to)?.file().set_times(FileTimes::new().set_modified(time))?;
            }
        }
        Ok(())
    }
}

impl Entry {
    pub(super) fn mode(&self) -> u32 {
        if self.executable { 0o755 } else { 0o644 }
    }
}

impl Source {
    /// The bytes; none for a link.
    pub(super) fn bytes(&self) -> Result<Option<Vec<u8>>> {
        Ok(match self {
            Self::File(path) => Some(fs::read(path)?),
            Self::Bytes(bytes) => Some(bytes.clone()),
            Self::Symlink(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Contents, Source};

    #[test]
    fn a_tree_is_added_without_what_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["b", "postgres/bin/postgres", "a/c"] {
            let path = folder.path().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "x").unwrap();
        }
        let mut contents = Contents::default();
        contents.add_tree("dist/closure", folder.path(), &["postgres"]).unwrap();
        assert_eq!(contents.entries.keys().collect::<Vec<_>>(), ["dist/closure/a/c", "dist/closure/b"]);
    }

    #[test]
    fn digests_are_lines_for_sha256sum() {
        let mut contents = Contents::default();
        contents.add("dist/bin/pio", Source::Bytes(b"x".to_vec()), true);
        contents.add("README.md", Source::Bytes(b"y".to_vec()), false);
        let expected = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  bin/pio\n";
        assert_eq!(contents.digests("dist/").unwrap(), expected);
    }
}
