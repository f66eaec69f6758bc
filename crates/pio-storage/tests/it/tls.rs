//! TLS, as libpq's `sslmode` has it.

use std::{os::unix::fs::MetadataExt as _, path::Path};

use fs_err as fs;
use pio_settings::{
    database::{DatabaseSettings, SslMode},
    secret::Secret,
};
use pio_storage::{
    Storage,
    errors::{StorageError, UnavailableCause},
    test_support::{PrivateServer, run_sql},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// What the server accepts, as lines of its access rules.
const BOTH: &str = "host all all 127.0.0.1/32 scram-sha-256";
const ONLY_TLS: &str = "hostssl all all 127.0.0.1/32 scram-sha-256";
const ONLY_PLAIN: &str = "hostnossl all all 127.0.0.1/32 scram-sha-256";

/// A server with a certificate of its own authority, for this name.
struct TlsServer {
    server: PrivateServer,
    settings: DatabaseSettings,
    folder: TempDir,
}

impl TlsServer {
    fn start(name: &str) -> Self {
        let server = PrivateServer::start();
        server.stop();
        let folder = TempDir::new().unwrap();
        let data = server.home().join("postgres/server/data");
        let (authority, certificate, key) = certificates(name);
        fs::write(folder.path().join("authority.pem"), authority).unwrap();
        fs::write(folder.path().join("server.pem"), &certificate).unwrap();
        give(&data, "server.crt", &certificate);
        give(&data, "server.key", &key);
        let file = data.join("postgresql.auto.conf");
        let settings = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{settings}ssl = on\n")).unwrap();
        let settings = server.ensure_running();
        Self { server, settings, folder }
    }

    /// Changes which connections the server accepts.
    async fn accept(&self, rules: &str) {
        fs::write(self.server.home().join("postgres/server/data/pg_hba.conf"), rules).unwrap();
        self.run("SELECT pg_reload_conf()").await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }

    /// Runs statements as the owner.
    async fn run(&self, sql: &str) {
        let settings = DatabaseSettings { sslmode: SslMode::Prefer, ..self.settings.clone() };
        run_sql(&settings, sql).await;
    }

    /// Connects and tells whether the connection is encrypted.
    async fn is_encrypted(&self, change: impl FnOnce(&mut DatabaseSettings)) -> Result<bool, StorageError> {
        let mut settings = self.settings.clone();
        change(&mut settings);
        Storage::connect(&settings).await?;
        let sql = "DO $$ BEGIN ASSERT (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()); END $$";
        Ok(tokio::spawn(async move { run_sql(&settings, sql).await }).await.is_ok())
    }

    async fn with_mode(&self, mode: SslMode) -> Option<bool> {
        self.is_encrypted(|settings| settings.sslmode = mode).await.ok()
    }

    async fn verified(&self, mode: SslMode, host: &str, root: &str) -> Result<bool, StorageError> {
        let root = self.folder.path().join(root);
        self.is_encrypted(|settings| {
            settings.sslmode = mode;
            host.clone_into(&mut settings.host);
            settings.root_cert = Some(root);
        })
        .await
    }
}

/// An authority's certificate, and a server's certificate and key signed by it.
fn certificates(name: &str) -> (String, String, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let certificate =
        CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    (authority_pem, certificate.pem(), key.serialize_pem())
}

/// Writes a file that only the server's user can read.
fn give(data: &Path, name: &str, content: &str) {
    let file = data.join(name);
    fs::write(&file, content).unwrap();
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let owner = fs::metadata(data).unwrap();
    fs::os::unix::fs::chown(&file, Some(owner.uid()), Some(owner.gid())).unwrap();
}

async fn server(name: &'static str) -> TlsServer {
    tokio::task::spawn_blocking(move || TlsServer::start(name)).await.unwrap()
}

#[tokio::test]
async fn each_mode_encrypts_where_libpq_does() {
    let server = server("localhost").await;
    let modes = [SslMode::Disable, SslMode::Allow, SslMode::Prefer, SslMode::Require];
    let expected = [
        (BOTH, [Some(false), Some(false), Some(true), Some(true)]),
        (ONLY_TLS, [None, Some(true), Some(true), Some(true)]),
        (ONLY_PLAIN, [Some(false), Some(false), Some(false), None]),
    ];
    for (rules, outcomes) in expected {
        server.accept(rules).await;
        for (mode, outcome) in modes.into_iter().zip(outcomes) {
            assert_eq!(server.with_mode(mode).await, outcome, "{mode} with {rules}");
        }
    }
}

#[tokio::test]
async fn a_refusal_for_another_reason_is_not_tried_again_the_other_way() {
    let server = server("localhost").await;
    // What says TLS in the server's words need not be about it.
    server.run("CREATE ROLE \"TLS\" SUPERUSER LOGIN PASSWORD 'right'").await;
    let cases = [
        (SslMode::Allow, "hostnossl all TLS 127.0.0.1/32 scram-sha-256\nhostssl all TLS 127.0.0.1/32 trust"),
        (SslMode::Prefer, "hostssl all TLS 127.0.0.1/32 scram-sha-256\nhostnossl all TLS 127.0.0.1/32 trust"),
    ];
    for (mode, rules) in cases {
        server.accept(&format!("{rules}\n{BOTH}")).await;
        let with = async |password| {
            server
                .is_encrypted(|settings| {
                    settings.sslmode = mode;
                    "TLS".clone_into(&mut settings.user);
                    settings.password = Secret::new(password);
                })
                .await
        };
        assert_eq!(with("right").await.unwrap(), mode == SslMode::Prefer);
        let error = with("wrong").await.unwrap_err();
        assert!(
            matches!(error, StorageError::Unavailable { reason: UnavailableCause::Rejected, .. }),
            "{mode}: {error:?}"
        );
    }
}

#[tokio::test]
async fn where_tls_fails_prefer_goes_without() {
    let server = server("localhost").await;
    for setting in ["ssl_min_protocol_version = 'TLSv1'", "ssl_max_protocol_version = 'TLSv1'"] {
        server.run(&format!("ALTER SYSTEM SET {setting}")).await;
    }
    server.accept(BOTH).await;
    assert_eq!(server.with_mode(SslMode::Prefer).await, Some(false));
    assert_eq!(server.with_mode(SslMode::Require).await, None);
}

#[tokio::test]
async fn verifying_needs_an_authority_that_is_trusted_and_for_full_the_name() {
    let server = server("localhost").await;
    let verified = async |mode, host| server.verified(mode, host, "authority.pem").await;
    assert!(verified(SslMode::VerifyFull, "localhost").await.unwrap());
    assert!(verified(SslMode::VerifyCa, "127.0.0.1").await.unwrap());
    let error = verified(SslMode::VerifyFull, "127.0.0.1").await.unwrap_err();
    assert!(
        matches!(error, StorageError::Unavailable { reason: UnavailableCause::Tls, .. }),
        "another name: {error}"
    );
    for mode in [SslMode::VerifyCa, SslMode::VerifyFull] {
        let unknown = server.is_encrypted(|settings| settings.sslmode = mode).await.unwrap_err();
        assert!(
            matches!(unknown, StorageError::Unavailable { reason: UnavailableCause::Tls, .. }),
            "unknown authority: {unknown}"
        );
    }
}

#[tokio::test]
async fn a_servers_own_certificate_may_be_what_is_trusted() {
    let server = server("localhost").await;
    assert!(server.verified(SslMode::VerifyFull, "localhost", "server.pem").await.unwrap());
    assert!(server.verified(SslMode::VerifyFull, "127.0.0.1", "server.pem").await.is_err());
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_it_must_have_it() {
    let server = tokio::task::spawn_blocking(PrivateServer::start).await.unwrap();
    let settings = server.ensure_running();
    for (mode, works) in [(SslMode::Allow, true), (SslMode::Prefer, true), (SslMode::Require, false)] {
        let outcome = Storage::connect(&DatabaseSettings { sslmode: mode, ..settings.clone() }).await;
        assert_eq!(outcome.is_ok(), works, "{mode}");
    }
}

#[tokio::test]
async fn a_certificate_file_that_is_none_is_named() {
    let server = server("localhost").await;
    let error = server.verified(SslMode::VerifyFull, "localhost", "missing.pem").await.unwrap_err();
    assert!(
        matches!(&error, StorageError::Certificates { detail } if detail.contains("missing.pem")),
        "{error}"
    );
    fs::write(server.folder.path().join("empty.pem"), "").unwrap();
    let error = server.verified(SslMode::VerifyFull, "localhost", "empty.pem").await.unwrap_err();
    assert!(error.to_string().contains("holds no certificate"), "{error}");
}
