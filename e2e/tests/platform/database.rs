//! A real PostgreSQL as platforms offer it: encrypted connections only, a certificate that nobody knows, a password with odd
//! characters.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use fs_err as fs;
use pio_closure::closure::Closure;
use pio_process::child::Child;
use pio_process::command::Command;

use crate::janitor::Janitor;

/// The password as it is.
pub(crate) const PASSWORD: &str = "p@ss:/?#%w0rd";

/// The password as it must be written in a URL.
const ENCODED: &str = "p%40ss%3A%2F%3F%23%25w0rd";

/// The user that the server runs as; it refuses root.
const USER: u32 = 65534;

struct Cluster {
    port: u16,
    _server: Child,
    _janitor: Janitor,
}

/// The URL of a new database on the server that all tests share.
pub(crate) fn fresh() -> String {
    static SERVER: OnceLock<Cluster> = OnceLock::new();
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = SERVER.get_or_init(start);
    let name = format!("app{}", NEXT.fetch_add(1, Ordering::Relaxed));
    psql(server.port, "postgres", &format!("CREATE DATABASE {name}"));
    format!("postgres://owner:{ENCODED}@127.0.0.1:{}/{name}?sslmode=require", server.port)
}

/// What must not be seen in any log.
pub(crate) fn secret() -> [&'static str; 2] {
    [PASSWORD, ENCODED]
}

/// Runs SQL and returns what it gives, a row a line.
pub(crate) fn ask(url: &str, sql: &str) -> String {
    let output = Command::new("psql").args(["-X", "-A", "-t", "-c", sql]).arg(url).output();
    String::from_utf8(output.expect("an answer of the database")).expect("text").trim().to_owned()
}

fn psql(port: u16, database: &str, sql: &str) {
    ask(&format!("postgres://owner:{ENCODED}@127.0.0.1:{port}/{database}?sslmode=require"), sql);
}

fn start() -> Cluster {
    let kept =
        Closure::locate().and_then(|closure| closure.postgres_dir()).expect("the closure's PostgreSQL");
    let folder = tempfile::Builder::new().prefix("postgres-").tempdir().expect("a folder");
    // The cache may lie where only its owner may look.
    let postgres = folder.path().join("programs");
    Command::new("cp").arg("-rL").arg(kept).arg(&postgres).run().expect("a copy of the programs");
    let (data, password) = (folder.path().join("data"), folder.path().join("password"));
    fs::create_dir(&data).expect("a folder");
    fs::write(&password, PASSWORD).expect("a file");
    for path in [folder.path(), &data, &password] {
        std::os::unix::fs::chown(path, Some(USER), Some(USER)).expect("another owner");
    }
    let as_user = |program: &str| {
        Command::new(postgres.join("bin").join(program)).user(USER, USER).current_dir(&data).no_stdin()
    };
    as_user("initdb")
        .args([
            "--username",
            "owner",
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--no-sync",
            "--pwfile",
        ])
        .arg(&password)
        .arg("--pgdata")
        .arg(&data)
        .output()
        .expect("a database cluster");
    certificate(&data);
    fs::write(data.join("pg_hba.conf"), "hostssl all all all scram-sha-256\n").expect("a file");
    let port = e2e::http::free_port().expect("a port");
    let server = as_user("postgres")
        .arg("-D")
        .arg(&data)
        .args([
            "-p",
            &port.to_string(),
            "-c",
            "ssl=on",
            "-c",
            "fsync=off",
            "-c",
            "unix_socket_directories=",
            "-c",
            "listen_addresses=*",
            "-c",
            "max_connections=60",
        ])
        .quiet()
        .own_group()
        .spawn()
        .expect("a server");
    wait_for(port);
    let (id, path) = (server.id().to_string(), folder.keep().display().to_string());
    let janitor = Janitor::engage("kill -INT $1; sleep 1; rm -rf $2", &[&id, &path]);
    Cluster { port, _server: server, _janitor: janitor }
}

fn certificate(data: &Path) {
    let (key, certificate): (PathBuf, PathBuf) = (data.join("server.key"), data.join("server.crt"));
    Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=nobody.example",
            "-keyout",
        ])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("a certificate");
    for path in [&key, &certificate] {
        std::os::unix::fs::chown(path, Some(USER), Some(USER)).expect("another owner");
    }
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(&key, private).expect("a private key");
}

fn wait_for(port: u16) {
    for _ in 0..600 {
        let url = format!("postgres://owner:{ENCODED}@127.0.0.1:{port}/postgres?sslmode=require");
        if Command::new("psql").args(["-X", "-c", "SELECT 1"]).arg(url).output().is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the database did not start");
}
