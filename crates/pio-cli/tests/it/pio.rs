//! The binary in an environment of its own.

use std::io::Write as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use pio_settings::database::DatabaseSettings;
use pio_storage::test_support;
use serde_json::Value;
use tempfile::TempDir;

/// The binary, a folder to run in and a database.
pub(crate) struct Pio {
    pub(crate) folder: TempDir,
    pub(crate) url: String,
}

/// A command that has ended.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Pio {
    /// With a private, empty database.
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let settings = runtime.block_on(test_support::empty_database());
        Self::with_url(&url(&settings))
    }

    pub(crate) fn with_url(url: &str) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), url: url.to_owned() }
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_pio"), words)
    }

    fn command_of(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .env("DATABASE_URL", &self.url)
            .env("PIO_HOME", self.folder.path().join("home"))
            .env("RUST_BACKTRACE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a copy of the binary that is in no clone of the project, as that of a release.
    pub(crate) fn run_installed(&self, words: &[&str]) -> Done {
        let program = self.path("bin/pio");
        if !std::path::Path::new(&program).exists() {
            std::fs::create_dir(self.path("bin")).unwrap();
            // Another program copies it: none of ours is open for writing while another test starts a child.
            assert!(
                Command::new("cp").arg(env!("CARGO_BIN_EXE_pio")).arg(&program).status().unwrap().success()
            );
        }
        done(self.command_of(&program, words).env("XDG_CACHE_HOME", self.path("cache")).output().unwrap())
    }

    pub(crate) fn run(&self, words: &[&str]) -> Done {
        done(self.command(words).output().unwrap())
    }

    /// Waits for a command to end.
    pub(crate) fn ended(mut command: Command) -> Done {
        done(command.output().unwrap())
    }

    /// With something on standard input.
    pub(crate) fn answer(&self, words: &[&str], input: &str) -> Done {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        // A command that asks nothing closes its input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        done(child.wait_with_output().unwrap())
    }

    pub(crate) fn spawn(&self, words: &[&str]) -> Child {
        self.command(words).spawn().unwrap()
    }

    /// Runs a command that must succeed and gives its result as JSON.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let done = self.run(&[words, &["--json"]].concat()).succeeds();
        serde_json::from_str(&done.stdout).unwrap_or_else(|_| panic!("{words:?}: {}", done.stdout))
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self.path(name)
    }
}

impl Done {
    pub(crate) fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self
    }

    /// Insists on a failure that says these words and shows no stack trace.
    pub(crate) fn fails(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is missing in {}", self.stderr);
        }
        for trace in ["stack backtrace", "panicked at", "   0: "] {
            assert!(!self.stderr.contains(trace), "{}", self.stderr);
        }
        self
    }
}

fn done(output: Output) -> Done {
    Done {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The settings as a URL; the passwords of tests need no escapes.
pub(crate) fn url(settings: &DatabaseSettings) -> String {
    let DatabaseSettings { host, port, name, user, password, .. } = settings;
    format!("postgres://{user}:{}@{host}:{port}/{name}?sslmode=disable", password.expose())
}

/// A client of servers of this machine.
pub(crate) fn client() -> reqwest::blocking::Client {
    let tls = pio_http::client::tls(pio_http::client::Trust::Nobody).unwrap();
    let builder = reqwest::blocking::Client::builder().tls_backend_preconfigured(tls);
    builder.no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}
