//! The programs of `PostgreSQL`, where the user who runs them can reach them.

use std::{
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use fs_err as fs;
use pio_process::command::Command;
use sha2::{Digest as _, Sha256};

use super::{
    errors::EmbeddedError,
    server_dirs::{self, ServerDirs},
    user::User,
};

/// The programs, and as whom and where they run.
pub(super) struct Binaries {
    folder: PathBuf,
    user: Option<User>,
    working_folder: PathBuf,
}

impl Binaries {
    /// The programs in this folder. Where the server's user cannot reach it, they are copied once to where he can.
    pub(super) fn reachable(postgres_dir: &Path, place: &ServerDirs) -> Result<Self, EmbeddedError> {
        for program in ["postgres", "initdb", "pg_ctl"] {
            let file = postgres_dir.join("bin").join(program);
            if !file.is_file() {
                return Err(EmbeddedError::NotInstalled { missing: file });
            }
        }
        let original = fs::canonicalize(postgres_dir)?;
        let folder = match place.user {
            Some(user) if !user.reaches(&original.join("bin")) || !user.reaches(&original.join("lib")) => {
                copy(&original)?
            }
            _ => original,
        };
        Ok(Self { folder, user: place.user, working_folder: place.server() })
    }

    /// One of the programs, run as the server's user in the server's folder and with an environment of its own.
    pub(super) fn command(&self, program: &str) -> Command {
        let command = Command::new(self.folder.join("bin").join(program))
            .env_clear()
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .current_dir(&self.working_folder)
            .no_stdin();
        match self.user {
            Some(user) => command.user(user.uid, user.gid),
            None => command,
        }
    }
}

/// Copies the programs to a folder named after what they are, so that each version is copied once.
fn copy(original: &Path) -> Result<PathBuf, EmbeddedError> {
    let postgres = fs::metadata(original.join("bin/postgres"))?;
    let identity = format!("{} {} {}", original.display(), postgres.len(), postgres.mtime());
    let digest = hex::encode(Sha256::digest(identity));
    let folder = Path::new(server_dirs::SHARED).join(format!("programs-{}", &digest[..16]));
    if folder.is_dir() {
        return Ok(folder);
    }
    server_dirs::create_world_readable_dir(Path::new(server_dirs::SHARED))?;
    let draft = tempfile::tempdir_in(server_dirs::SHARED)?;
    let copied = draft.path().join("programs");
    copy_folder(original, &copied)?;
    match fs::rename(copied, &folder) {
        // Another command was faster; its copy is the same.
        Err(_) if folder.is_dir() => Ok(folder),
        outcome => Ok(outcome.map(|()| folder)?),
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), EmbeddedError> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, std::fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            fs::os::unix::fs::symlink(fs::read_link(entry.path())?, &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            let is_program = entry.metadata()?.mode() & 0o100 != 0;
            let mode = if is_program { 0o755 } else { 0o644 };
            fs::set_permissions(&target, std::fs::Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}
