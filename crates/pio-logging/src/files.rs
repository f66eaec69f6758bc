//! Log files, which only their owner may read: an engine may print anything.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use fs_err::os::unix::fs::OpenOptionsExt as _;

const OWN_FILE: u32 = 0o600;
const OWN_FOLDER: u32 = 0o700;

/// Makes a folder for logs, or closes the one that is there to others.
///
/// # Errors
/// When it cannot be made.
pub fn folder(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs_err::create_dir_all(parent)?;
    }
    match std::fs::DirBuilder::new().mode(OWN_FOLDER).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // A folder that belongs to another user stays as it is; what is put into it is closed anyway.
            let _ = tighten(path, OWN_FOLDER);
            Ok(())
        }
        made => made,
    }
}

/// Makes a new log file.
///
/// # Errors
/// When it cannot be made, or there is one already.
pub fn create(path: &Path) -> io::Result<fs_err::File> {
    fs_err::OpenOptions::new().write(true).create_new(true).mode(OWN_FILE).open(path)
}

/// Opens a log file to write at its end; makes it where there is none.
///
/// # Errors
/// When it cannot be opened, or not be closed to others.
pub fn append(path: &Path) -> io::Result<fs_err::File> {
    let file = fs_err::OpenOptions::new().create(true).append(true).mode(OWN_FILE).open(path)?;
    if !is_closed(file.metadata()?.permissions().mode()) {
        file.set_permissions(Permissions::from_mode(OWN_FILE))?;
    }
    Ok(file)
}

/// Closes a log file of an earlier time to others.
///
/// # Errors
/// When it belongs to another user.
pub fn close_to_others(path: &Path) -> io::Result<()> {
    tighten(path, OWN_FILE)
}

/// Whether nobody but the owner may do anything.
fn is_closed(mode: u32) -> bool {
    mode & (0o777 ^ OWN_FOLDER) == 0
}

fn tighten(path: &Path, most: u32) -> io::Result<()> {
    let mode = fs_err::symlink_metadata(path)?.permissions().mode();
    if is_closed(mode) { Ok(()) } else { fs_err::set_permissions(path, Permissions::from_mode(mode & most)) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::{append, close_to_others, create, folder};

    fn mode(path: &Path) -> u32 {
        fs_err::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn open_to_all(path: &Path, mode: u32) {
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_is_made_and_what_was_there_is_closed_to_others() {
        let home = tempfile::tempdir().unwrap();
        let log = home.path().join("a/log");
        folder(&log).unwrap();
        assert_eq!((mode(&log), mode(&home.path().join("a")) & 0o700), (0o700, 0o700));
        open_to_all(&log, 0o755);
        folder(&log).unwrap();
        assert_eq!(mode(&log), 0o700);

        let file = log.join("one.log");
        append(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
        open_to_all(&file, 0o666);
        append(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
        create(&file).unwrap_err();
        create(&log.join("two.log")).unwrap();
        assert_eq!(mode(&log.join("two.log")), 0o600);
        open_to_all(&file, 0o644);
        close_to_others(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
    }
}
