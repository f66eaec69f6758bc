//! A PostgreSQL that takes encrypted connections only: the closure's own server, a later major version than the shared one's.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use e2e::pio::Pio;
use fs_err as fs;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{READY, app_with_ratings, items, pio_at_home, recommendation};

/// The only connections that the server takes.
const ONLY_TLS: &str = "hostssl all all 127.0.0.1/32 scram-sha-256\n";

#[test]
fn the_whole_journey_works_over_tls() {
    let server = TlsServer::start();
    let pio = server.client("sslmode=require");
    let app = app_with_ratings(&pio, "Tls");
    let engine = recommendation(&app);
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");

    let verified = server.client(&format!("sslmode=verify-full&sslrootcert={}", server.authority()));
    verified.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
    let deployed = verified.deploy(engine.path(), &[]).expect("a deployed engine");
    deployed.wait_until_ready("/readyz", READY).expect("a ready engine");
    assert_eq!(items(&deployed, "1").len(), 4);
}

#[test]
fn a_connection_that_is_not_encrypted_or_not_trusted_is_none() {
    let server = TlsServer::start();
    let listed = |options| server.client(options).run_in(server.elsewhere.path(), &["app", "list"]);
    let plain = listed("sslmode=disable").expect("an end");
    plain.fails_with(1, &["no encryption"]).expect("the server's words");
    // No authority that this machine trusts has signed the server's certificate.
    let unknown = listed("sslmode=verify-full").expect("an end");
    unknown.fails_with(1, &["certificate"]).expect("a word on the certificate");
}

struct TlsServer {
    /// Where the server has its data.
    keeper: Pio,
    home: TempDir,
    /// Where clients have theirs.
    elsewhere: TempDir,
    password: String,
    port: u64,
}

impl TlsServer {
    fn start() -> Self {
        let home = tempfile::tempdir().expect("a home");
        let keeper = pio_at_home(home.path());
        keeper.run(&["app", "list"]).expect("a list").success().expect("a running server");
        keeper.run(&["stop-all"]).expect("a stop");
        let data = fs::canonicalize(home.path().join("postgres")).expect("the database").join("server/data");
        let (authority, certificate, key) = certificates();
        give(&data, "server.crt", &certificate);
        give(&data, "server.key", &key);
        give(&data, "pg_hba.conf", ONLY_TLS);
        give(&data, "postgresql.auto.conf", "ssl = on\n");
        let elsewhere = tempfile::tempdir().expect("a home");
        fs::write(elsewhere.path().join("authority.pem"), authority).expect("a file");
        // The console speaks to its own server in the clear and is refused, but the server runs.
        let _ = keeper.run(&["app", "list"]);
        let file = home.path().join("postgres/connection.json");
        let connection: Value =
            serde_json::from_slice(&fs::read(file).expect("the connection's file")).expect("JSON");
        let password = connection["password"].as_str().expect("a password").to_owned();
        let postmaster = fs::read_to_string(data.join("postmaster.pid")).expect("a running server");
        let port = postmaster.lines().nth(3).and_then(|line| line.parse().ok()).expect("a port");
        Self { keeper, home, elsewhere, password, port }
    }

    /// A console that knows the server by its address only.
    fn client(&self, options: &str) -> Pio {
        let Self { password, port, .. } = self;
        let url = format!("postgres://pio:{password}@localhost:{port}/postgres?{options}");
        pio_at_home(self.elsewhere.path()).with("DATABASE_URL", &url)
    }

    fn authority(&self) -> String {
        self.elsewhere.path().join("authority.pem").display().to_string()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        // What does not stop has lost its data folder in a moment.
        let _ = self.keeper.run(&["stop-all"]);
        let _ = self.home.path();
    }
}

/// An authority's certificate, and the server's certificate and key signed by it.
fn certificates() -> (String, String, String) {
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let authority_pem = authority.self_signed(&authority_key).expect("a certificate").pem();
    let key = KeyPair::generate().expect("a key");
    let issuer = Issuer::new(authority, authority_key);
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .and_then(|parameters| parameters.signed_by(&key, &issuer))
        .expect("a certificate");
    (authority_pem, certificate.pem(), key.serialize_pem())
}

/// Writes a file that only the server's user can read.
fn give(data: &Path, name: &str, content: &str) {
    let file = data.join(name);
    fs::write(&file, content).expect("a file");
    fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("its permissions");
    let owner = fs::metadata(data).expect("the folder");
    chown(&file, Some(owner.uid()), Some(owner.gid())).expect("its owner");
}
