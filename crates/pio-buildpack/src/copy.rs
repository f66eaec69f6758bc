//! Copies folders with modes, links and modification times. The times matter because Java's class archive
//! identifies jars by them.

use std::fs::{FileTimes, Metadata, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use fs_err as fs;
use walkdir::{DirEntry, WalkDir};

/// How files are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyMode {
    /// Copy each file.
    Copy,
    /// Hard-link each file if the file system allows it, else copy it.
    Link,
    /// Like `Link`, but makes files read-only, because a write to one name would change the other.
    LinkReadOnly,
}

/// Copies a folder's contents. `wanted` selects by the path relative to the folder.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_tree(from: &Path, to: &Path, mode: CopyMode, wanted: impl Fn(&Path) -> bool) -> io::Result<()> {
    let within = |entry: &DirEntry| entry.path().strip_prefix(from).map(Path::to_owned).unwrap_or_default();
    let walk =
        WalkDir::new(from).sort_by_file_name().into_iter().filter_entry(|entry| wanted(&within(entry)));
    for entry in walk {
        let entry = entry?;
        one(&entry, &to.join(within(&entry)), mode)?;
    }
    Ok(())
}

fn one(entry: &DirEntry, to: &Path, mode: CopyMode) -> io::Result<()> {
    let kind = entry.file_type();
    if kind.is_dir() {
        return fs::create_dir_all(to);
    }
    make_way(to)?;
    if kind.is_symlink() {
        return fs::os::unix::fs::symlink(fs::read_link(entry.path())?, to);
    }
    match mode {
        CopyMode::Link if linked(entry.path(), to) => Ok(()),
        CopyMode::LinkReadOnly if linked(entry.path(), to) && closed(entry.path()) => Ok(()),
        _ => file(entry.path(), to),
    }
}

/// Hard-links a file. Linux allows this only for files that the user owns or may write to.
fn linked(from: &Path, to: &Path) -> bool {
    std::fs::hard_link(from, to).is_ok()
}

/// Removes all write permissions of a file.
fn closed(file: &Path) -> bool {
    let mode = std::fs::metadata(file).map(|metadata| metadata.permissions().mode());
    mode.and_then(|mode| std::fs::set_permissions(file, Permissions::from_mode(mode & !0o222))).is_ok()
}

/// Copies a file with its mode and modification time.
///
/// # Errors
/// When it cannot be read or written.
pub fn file(from: &Path, to: &Path) -> io::Result<()> {
    make_way(to)?;
    fs::copy(from, to)?;
    let metadata = fs::metadata(from)?;
    // Files from a read-only buildpack must be writable for the platform, which moves or deletes them.
    fs::set_permissions(to, Permissions::from_mode(metadata.permissions().mode() | 0o600))?;
    keep_time(to, &metadata)
}

/// Removes an existing file or folder. It may be a hard link to the copied file or to another one, and
/// copying would write into that.
fn make_way(to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(to),
        Ok(_) => fs::remove_file(to),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn keep_time(file: &Path, metadata: &Metadata) -> io::Result<()> {
    let file = fs::File::options().write(true).open(file)?;
    file.file().set_times(FileTimes::new().set_modified(metadata.modified()?))
}

/// The size of a folder in bytes.
///
/// # Errors
/// When it cannot be read.
pub fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::{CopyMode, copy_tree};

    fn source() -> tempfile::TempDir {
        let from = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(from.path().join("bin")).unwrap();
        fs_err::write(from.path().join("bin/run"), "x").unwrap();
        fs_err::set_permissions(from.path().join("bin/run"), std::fs::Permissions::from_mode(0o555)).unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(315_532_801);
        let file = std::fs::File::open(from.path().join("bin/run")).unwrap();
        file.set_times(std::fs::FileTimes::new().set_modified(old)).unwrap();
        fs_err::os::unix::fs::symlink("run", from.path().join("bin/link")).unwrap();
        fs_err::write(from.path().join("unwanted"), "x").unwrap();
        from
    }

    #[test]
    fn modes_times_and_links_are_kept() {
        let (from, to) = (source(), tempfile::tempdir().unwrap());
        copy_tree(from.path(), to.path(), CopyMode::Copy, |path| path.to_str() != Some("unwanted")).unwrap();
        let metadata = fs_err::metadata(to.path().join("bin/run")).unwrap();
        assert_eq!(metadata.mtime(), 315_532_801);
        assert_eq!(metadata.permissions().mode() & 0o777, 0o755);
        assert_eq!(fs_err::read_link(to.path().join("bin/link")).unwrap().to_str(), Some("run"));
        assert!(!to.path().join("unwanted").exists());
    }

    #[test]
    fn a_shared_file_cannot_be_written_to() {
        let from = source();
        let to = from.path().join("to");
        copy_tree(from.path(), &to, CopyMode::LinkReadOnly, |path| path.to_str() != Some("to")).unwrap();
        let metadata = fs_err::metadata(to.join("unwanted")).unwrap();
        assert_eq!(metadata.ino(), fs_err::metadata(from.path().join("unwanted")).unwrap().ino());
        assert_eq!(metadata.permissions().mode() & 0o222, 0);
    }

    #[test]
    fn a_second_time_changes_nothing() {
        let from = source();
        for mode in [CopyMode::Link, CopyMode::Copy, CopyMode::Link] {
            let to = from.path().join("to");
            copy_tree(from.path(), &to, mode, |path| path.to_str() != Some("to")).unwrap();
            for folder in [from.path(), &to] {
                assert_eq!(fs_err::read_to_string(folder.join("bin/run")).unwrap(), "x", "{mode:?}");
            }
        }
    }

    #[test]
    fn a_link_is_the_same_file() {
        let from = source();
        let to = tempfile::tempdir_in(from.path().parent().unwrap()).unwrap();
        copy_tree(from.path(), &to.path().join("x"), CopyMode::Link, |_| true).unwrap();
        let inode = |path: &std::path::Path| fs_err::metadata(path).unwrap().ino();
        assert_eq!(inode(&from.path().join("bin/run")), inode(&to.path().join("x/bin/run")));
    }
}
