//! How to reach the server, kept in a file that only this user may read.

use std::{
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    time::Duration,
};

use fs_err::{self as fs, os::unix::fs::OpenOptionsExt as _};
use pio_settings::{
    database::{DatabaseSettings, Origin, SslMode, tables::TableNames},
    secret::Secret,
};
use serde::{Deserialize, Serialize};

use super::{errors::EmbeddedError, server_dirs::ServerDirs};

/// The role that owns everything.
pub(super) const ROLE: &str = "pio";

/// The database that every server has.
const DATABASE: &str = "postgres";

/// What changes from server to server.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Connection {
    pub(super) port: u16,
    pub(super) password: String,
}

impl Connection {
    /// A new password; the port is chosen at start.
    pub(super) fn generate() -> Self {
        Self { port: 0, password: hex::encode(rand::random::<[u8; 24]>()) }
    }

    /// Reads the file.
    pub(super) fn read(place: &ServerDirs) -> Result<Self, EmbeddedError> {
        let text = fs::read(place.connection())?;
        Ok(serde_json::from_slice(&text).map_err(std::io::Error::from)?)
    }

    /// Writes the file, whole or not at all.
    pub(super) fn write(&self, place: &ServerDirs) -> Result<(), EmbeddedError> {
        let text = serde_json::to_vec(self).map_err(std::io::Error::from)?;
        write_private(&place.connection(), &text)
    }

    /// Whether something listens on the port.
    pub(super) fn answers(&self) -> bool {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
    }

    /// A port that is free now: the last one, so that clients that know it find the server again, or else any.
    pub(super) fn choose_port(&mut self) -> Result<(), EmbeddedError> {
        let last = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port));
        let listener = last.or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        self.port = listener.local_addr()?.port();
        Ok(())
    }

    /// The same as settings.
    pub(super) fn settings(&self) -> DatabaseSettings {
        DatabaseSettings {
            host: Ipv4Addr::LOCALHOST.to_string(),
            port: self.port,
            name: DATABASE.to_owned(),
            user: ROLE.to_owned(),
            password: Secret::new(&self.password),
            sslmode: SslMode::Disable,
            root_cert: None,
            connect_timeout: None,
            options: None,
            is_pooled: false,
            tables: TableNames::default(),
            ignored: Vec::new(),
            origin: Origin::default(),
        }
    }
}

/// Writes a file that only its owner may read, by way of another one, so that it is never seen half-written.
pub(super) fn write_private(path: &Path, content: &[u8]) -> Result<(), EmbeddedError> {
    let draft = path.with_extension("new");
    if draft.exists() {
        fs::remove_file(&draft)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    Ok(fs::rename(&draft, path)?)
}
