//! A real `PgBouncer` before a database, where one is installed.

use std::{
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use fs_err as fs;
use pio_settings::database::DatabaseSettings;
use tempfile::TempDir;

use super::reachable_folder;

/// A pooler that ends with this value.
pub struct Pooler {
    /// How to reach the database through it.
    pub settings: DatabaseSettings,
    child: Child,
    _folder: TempDir,
}

impl Pooler {
    /// Starts one with this `pool_mode` and more lines of settings; nothing where `PgBouncer` is not installed.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use]
    pub fn start(database: &DatabaseSettings, mode: &str, settings: &str) -> Option<Self> {
        Self::start_as(database, database.password.expose(), mode, settings)
    }

    /// As [`Pooler::start`], with another password with which it logs in at the server and lets clients in.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use]
    pub fn start_as(database: &DatabaseSettings, password: &str, mode: &str, settings: &str) -> Option<Self> {
        let folder = reachable_folder();
        let port = free_port();
        write_configuration(
            folder.path(),
            database,
            password,
            &format!("{settings}\nlisten_port = {port}\npool_mode = {mode}"),
        );
        let installed = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
        let program = installed.into_iter().find(|program| Path::new(program).is_file())?;
        let mut command = Command::new(program);
        if rustix::process::geteuid().is_root() {
            command.args(["-u", "nobody"]);
        }
        command.arg("-q").arg(folder.path().join("pgbouncer.ini"));
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pgbouncer");
        let settings = DatabaseSettings { host: "127.0.0.1".to_owned(), port, ..database.clone() };
        let mut pooler = Self { settings, child, _folder: folder };
        pooler.wait_until_up();
        Some(pooler)
    }

    fn wait_until_up(&mut self) {
        while TcpStream::connect(("127.0.0.1", self.settings.port)).is_err() {
            let ended = self.child.try_wait().expect("the pooler's state");
            assert!(ended.is_none(), "pgbouncer ended: {ended:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write_configuration(folder: &Path, database: &DatabaseSettings, password: &str, settings: &str) {
    let DatabaseSettings { host, port, user, name, .. } = database;
    let users = folder.join("users.txt");
    // A database without `*`: another name is unknown to the pooler, as it is on platforms.
    let text = format!(
        "[databases]\n{name} = host={host} port={port}\nabsent = host={host} port={port}\n[pgbouncer]\n\
         listen_addr = 127.0.0.1\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\n\
         ignore_startup_parameters = extra_float_digits\n{settings}\n",
        users.display()
    );
    fs::write(folder.join("pgbouncer.ini"), text).expect("the pooler's configuration");
    fs::write(users, format!("\"{user}\" \"{password}\"\n")).expect("the pooler's users");
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}
