//! Servers in processes of their own, which can be killed.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use pio_settings::database::DatabaseSettings;
use tokio::time::sleep;

use crate::client::{Call, Client};

/// A server in a process of its own.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Option<JoinHandle<String>>,
}

impl Process {
    /// Starts it and waits until it is ready. It logs at this level.
    pub(crate) async fn start(settings: &DatabaseSettings, mode: &str, level: &str) -> Self {
        Self::start_after("", settings, mode, level).await
    }

    /// The same after a command of a shell.
    pub(crate) async fn start_after(
        before: &str,
        settings: &DatabaseSettings,
        mode: &str,
        level: &str,
    ) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", &format!("{before}\nexec \"$0\" \"$1\"")])
            .args([program().as_os_str(), mode.as_ref()])
            .env("DATABASE_URL", url(settings))
            .env("PIO_LOG", level)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let stderr = child.stderr.take().unwrap();
        let log = thread::spawn(move || std::io::read_to_string(stderr).unwrap());
        let process = Self { child, address: line.trim().parse().unwrap(), log: Some(log) };
        for _ in 0..200 {
            let reply = Client::connect(process.address).await.call(&Call::get("/readyz")).await.unwrap();
            if reply.status == 200 {
                return process;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("the server did not become ready");
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it and gives what it logged.
    pub(crate) fn kill(&mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn url(settings: &DatabaseSettings) -> String {
    let DatabaseSettings { host, port, name, user, password, .. } = settings;
    let password = utf8_percent_encode(password.expose(), NON_ALPHANUMERIC);
    format!("postgres://{user}:{password}@{host}:{port}/{name}?sslmode=disable")
}

/// Cargo builds examples before it runs tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().parent().unwrap().join("examples/eventserver");
    assert!(program.is_file(), "{} is missing: run all tests of the crate", program.display());
    program
}
