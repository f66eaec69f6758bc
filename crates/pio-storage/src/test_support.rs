//! Real databases for tests: one server for each test process, a private database for each test.
//!
//! The programs of `PostgreSQL` are taken from the folder that `PIO_TEST_POSTGRES_DIR` names; without it tests fail and say so.

pub mod pooler;

use std::{
    io::PipeWriter,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use fs_err as fs;
use pio_settings::{database::DatabaseSettings, env, vars};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::{Options, Storage, connect, embedded};

/// The database that each test gets a copy of.
const TEMPLATE: &str = "pio_template";

/// What tests use as long as their process lives.
static SHARED: LazyLock<Shared> = LazyLock::new(Shared::start);
static TEMPLATE_MADE: OnceCell<()> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A database of its own, with the schema in it.
pub struct TestDatabase {
    /// How to reach it.
    pub settings: DatabaseSettings,
    /// A storage on it.
    pub storage: Storage,
}

/// A server of its own, for tests that stop or kill it. It ends with this value.
pub struct PrivateServer {
    home: TempDir,
}

struct Shared {
    settings: DatabaseSettings,
    /// A server that was made and stopped: copies of it start in no time.
    seed: PathBuf,
    /// Stops the server when the pipe is closed, which the system does when this process ends, however it ends.
    _guard: (Child, PipeWriter),
}

/// The programs of `PostgreSQL`.
///
/// # Panics
/// The environment names none.
#[must_use]
pub fn postgres_dir() -> PathBuf {
    let Some(folder) = env::get(vars::PIO_TEST_POSTGRES_DIR).map(PathBuf::from) else {
        panic!("{} names no folder with PostgreSQL; run `cargo xtask test`", vars::PIO_TEST_POSTGRES_DIR)
    };
    assert!(folder.join("bin/postgres").is_file(), "{} holds no bin/postgres", folder.display());
    folder
}

/// A private database with the schema.
///
/// # Panics
/// It cannot be made.
pub async fn database() -> TestDatabase {
    TEMPLATE_MADE.get_or_init(make_template).await;
    // Copying its files costs the server half of what writing them to the log would.
    let settings = create_database(&format!("TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")).await;
    let storage = Storage::connect(&settings).await.expect("a storage on the private database");
    TestDatabase { settings, storage }
}

/// A private database with nothing in it.
///
/// # Panics
/// It cannot be made.
pub async fn empty_database() -> DatabaseSettings {
    create_database("").await
}

/// Runs SQL statements as the owner of a database.
///
/// # Panics
/// They fail.
pub async fn run_sql(settings: &DatabaseSettings, sql: &str) {
    let (news, _) = tokio::sync::mpsc::unbounded_channel();
    let connector = connect::Connector::new(settings).expect("certificates");
    let client =
        connect::listener(&connector, settings, &Options::default(), news).await.expect("a connection");
    client.batch_execute(sql).await.unwrap_or_else(|e| panic!("{sql}: {e:?}"));
}

/// A folder that every user can reach, as the server's user must.
///
/// # Panics
/// It cannot be made.
#[must_use]
pub fn reachable_folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("pio-test-").tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    folder
}

impl PrivateServer {
    /// Starts a server.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use]
    pub fn start() -> Self {
        let server = Self { home: reachable_folder() };
        copy_seed(&SHARED.seed, server.home());
        let _ = server.ensure_running();
        server
    }

    /// Starts the server where it was stopped or killed; it keeps its port while that is free.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use = "the port may have changed"]
    pub fn ensure_running(&self) -> DatabaseSettings {
        embedded::ensure_running(&postgres_dir(), self.home.path()).expect("a private server")
    }

    /// Stops the server.
    ///
    /// # Panics
    /// It cannot be stopped.
    pub fn stop(&self) {
        embedded::stop(self.home.path()).expect("stopping the private server");
    }

    /// Ends the server as a power failure would: nothing is finished, nothing is written.
    ///
    /// # Panics
    /// It is not running.
    pub fn kill(&self) {
        let pid = self.pid();
        let pid = rustix::process::Pid::from_raw(pid).expect("a process id");
        rustix::process::kill_process(pid, rustix::process::Signal::KILL)
            .expect("killing the private server");
        // The signal is on its way for a moment, in which the server still seems to be there.
        while fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())).is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }

    /// Stops the server's processes where they are, as a machine that hangs would, or lets them go on.
    ///
    /// # Panics
    /// It is not running.
    pub fn freeze(&self, is_frozen: bool) {
        use rustix::process::{Pid, Signal, kill_process};
        let signal = if is_frozen { Signal::STOP } else { Signal::CONT };
        for pid in std::iter::once(self.pid()).chain(self.children()).filter_map(Pid::from_raw) {
            // A child may have ended meanwhile.
            let _ = kill_process(pid, signal);
        }
    }

    /// Stops the server's children where they are, and tells their process ids.
    ///
    /// # Panics
    /// It is not running.
    #[must_use]
    pub fn freeze_children(&self) -> Vec<i32> {
        use rustix::process::{Pid, Signal, kill_process};
        let children = self.children();
        for pid in children.iter().copied().filter_map(Pid::from_raw) {
            let _ = kill_process(pid, Signal::STOP);
        }
        children
    }

    fn children(&self) -> Vec<i32> {
        let server = self.pid();
        let children =
            fs::read_to_string(format!("/proc/{server}/task/{server}/children")).expect("children");
        children.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
    }

    /// The process id of the server.
    ///
    /// # Panics
    /// It is not running.
    #[must_use]
    pub fn pid(&self) -> i32 {
        let file = self.home.path().join("postgres/server/data/postmaster.pid");
        let text = fs::read_to_string(file).expect("a running server");
        text.lines().next().and_then(|line| line.parse().ok()).expect("a process id")
    }

    /// The folder that stands for `$PIO_HOME`.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        // What goes wrong here would hide what the test has to say.
        let _ = embedded::remove(self.home.path());
    }
}

impl Shared {
    fn start() -> Self {
        let programs = postgres_dir();
        let home = reachable_folder().keep();
        // Before anything can go wrong: the folder must not stay behind.
        let guard = stop_with_this_process(&home);
        let seed = make_seed(&home);
        copy_seed(&seed, &home);
        let settings = embedded::ensure_running(&programs, &home).expect("a server for tests");
        Self { settings, seed, _guard: guard }
    }
}

/// Starts a shell that waits for this process to end, stops the server, and deletes its data.
fn stop_with_this_process(home: &Path) -> (Child, PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let script = "cat; for file in \"$1\"/postgres/server/data/postmaster.pid \"$1\"/seed/postgres/server/data/postmaster.pid; do \
                  [ -e \"$file\" ] || continue; kill -INT $(head -n1 \"$file\"); \
                  while [ -e \"$file\" ]; do sleep 0.1; done; done; rm -rf \"$1\"";
    let shell = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(home)
        .stdin(reader)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("a shell");
    (shell, writer)
}

fn make_seed(home: &Path) -> PathBuf {
    let seed = home.join("seed");
    embedded::ensure_running(&postgres_dir(), &seed).expect("a server to copy");
    embedded::stop(&seed).expect("stopping it");
    let settings = seed.join("postgres/server/data/postgresql.auto.conf");
    // Tests kill processes, not the machine: no need to wait for the disk.
    fs::write(settings, "fsync = off\n").expect("a setting");
    seed
}

fn copy_seed(seed: &Path, home: &Path) {
    let copy = Command::new("cp").arg("-a").arg(seed.join("postgres")).arg(home).status();
    assert!(copy.expect("cp").success(), "the seed could not be copied");
    forget_port(&home.join("postgres/connection.json"));
}

/// Copies must not all want the same port.
fn forget_port(connection: &Path) {
    let text = fs::read_to_string(connection).expect("the seed's connection");
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    value["port"] = 0.into();
    fs::write(connection, value.to_string()).expect("the copy's connection");
}

async fn make_template() {
    // The first test to come here starts the server, which blocks.
    let settings = tokio::task::spawn_blocking(|| SHARED.settings.clone()).await.expect("a server for tests");
    run_sql(&settings, &format!("CREATE DATABASE {TEMPLATE}")).await;
    let template = DatabaseSettings { name: TEMPLATE.to_owned(), ..settings };
    drop(Storage::connect(&template).await.expect("the schema"));
    wait_until_unused(&template).await;
}

/// A database that somebody is connected to cannot be copied.
async fn wait_until_unused(template: &DatabaseSettings) {
    let admin = DatabaseSettings { name: SHARED.settings.name.clone(), ..template.clone() };
    let sql = format!(
        "DO $$ BEGIN WHILE EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = '{TEMPLATE}') \
         LOOP PERFORM pg_sleep(0.005); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$"
    );
    run_sql(&admin, &sql).await;
}

async fn create_database(how: &str) -> DatabaseSettings {
    let settings = tokio::task::spawn_blocking(|| SHARED.settings.clone()).await.expect("a server for tests");
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    run_sql(&settings, &format!("CREATE DATABASE {name} {how}")).await;
    DatabaseSettings { name, ..settings }
}
