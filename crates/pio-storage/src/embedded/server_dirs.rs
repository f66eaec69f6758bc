//! Where the server's files lie.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use fs_err as fs;
use sha2::{Digest as _, Sha256};

use super::{errors::EmbeddedError, user::User};

/// What lies outside of `$PIO_HOME`, because root's other user cannot reach it there.
pub(super) const SHARED: &str = "/var/lib/pio";

/// The folder `$PIO_HOME/postgres`, with links resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerDirs {
    folder: PathBuf,
    link: PathBuf,
    /// As whom the server runs, where that is not this process's user.
    pub(super) user: Option<User>,
}

impl ServerDirs {
    /// The place, if there is one already.
    pub(super) fn find(pio_home: &Path) -> Option<Self> {
        let link = link(pio_home);
        let folder = fs::canonicalize(&link).ok()?;
        Some(Self { folder, link, user: None })
    }

    /// Makes the place where it is missing. Where root's other user could not reach it below `$PIO_HOME`, it lies
    /// elsewhere, and `$PIO_HOME/postgres` is a link to it: no permission of the user's own folders is changed.
    pub(super) fn prepare(pio_home: &Path) -> Result<Self, EmbeddedError> {
        fs::create_dir_all(pio_home)?;
        let user = User::needed()?;
        let link = link(pio_home);
        if let Some(user) = user
            && (link.is_symlink() || !user.reaches(&fs::canonicalize(pio_home)?))
        {
            let folder = linked_folder(pio_home, &link)?;
            create_world_readable_dir(&folder)?;
            if !link.is_symlink() {
                fs::os::unix::fs::symlink(&folder, &link)?;
            }
        } else {
            create_world_readable_dir(&link)?;
        }
        let place = Self { folder: fs::canonicalize(&link)?, link, user };
        place.make_server_folder()?;
        Ok(place)
    }

    /// The server's own folder: only its user may look into it.
    pub(super) fn server(&self) -> PathBuf {
        self.folder.join("server")
    }

    /// The server's data.
    pub(super) fn data(&self) -> PathBuf {
        self.server().join("data")
    }

    /// What the server has to say.
    pub(super) fn log(&self) -> PathBuf {
        self.server().join("server.log")
    }

    /// How to reach the server, for this process's user only.
    pub(super) fn connection(&self) -> PathBuf {
        self.folder.join("connection.json")
    }

    /// What the programs that start the server print.
    pub(super) fn start_log(&self) -> PathBuf {
        self.folder.join("start.log")
    }

    /// A secret for a program that starts the server, for as long as it runs.
    pub(super) fn secret(&self) -> PathBuf {
        self.folder.join("password")
    }

    /// Deletes everything.
    pub(super) fn remove(&self) -> Result<(), EmbeddedError> {
        fs::remove_dir_all(&self.folder)?;
        if self.link.is_symlink() {
            fs::remove_file(&self.link)?;
        }
        Ok(())
    }

    fn make_server_folder(&self) -> Result<(), EmbeddedError> {
        let server = self.server();
        fs::create_dir_all(&server)?;
        fs::set_permissions(&server, std::fs::Permissions::from_mode(0o700))?;
        self.user.map_or(Ok(()), |user| user.own(&server))
    }
}

fn link(pio_home: &Path) -> PathBuf {
    pio_home.join("postgres")
}

/// Where the link leads, or should.
fn linked_folder(pio_home: &Path, link: &Path) -> Result<PathBuf, EmbeddedError> {
    if link.is_symlink() {
        return Ok(fs::read_link(link)?);
    }
    let home = fs::canonicalize(pio_home)?;
    let digest = hex::encode(Sha256::digest(home.as_os_str().as_encoded_bytes()));
    Ok(Path::new(SHARED).join(&digest[..16]))
}

/// Makes a folder through which others may pass, and into which only this user may write.
pub(super) fn create_world_readable_dir(folder: &Path) -> Result<(), EmbeddedError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    Ok(fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))?)
}
