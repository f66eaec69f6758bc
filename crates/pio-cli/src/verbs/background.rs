//! `pio start-all` and `pio stop-all`: an event server in the background, and the embedded database.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use fs_err as fs;
use pio_logging::files;
use pio_process::command::Command;
use pio_settings::dirs;
use pio_storage::embedded;
use serde_json::json;

use super::event_server::bind_error;
use crate::cli::servers::EventServer;
use crate::database;
use crate::errors::ConsoleError;
use crate::output::Console;

const MANAGEMENT: &str = "Management$";

/// Time limits for the event server to start and to end.
const START: Duration = Duration::from_secs(10);
const END: Duration = Duration::from_secs(30);

pub(crate) fn start(console: Console, args: &EventServer) -> Result<()> {
    let settings = database::settings()?;
    console.info(MANAGEMENT, format_args!("{} is there.", capitalized(&database::place(&settings))));
    let server = Background::find();
    match server.pid() {
        Some(pid) => console.info(MANAGEMENT, format_args!("An event server runs already (process {pid}).")),
        None => server.start(console, args)?,
    }
    console.result(&json!({"eventServer": {"pid": server.pid(), "log": server.log}}));
    Ok(())
}

pub(crate) fn stop(console: Console) -> Result<()> {
    let server = Background::find();
    let event_server = server.stop()?;
    let database = embedded::stop(&dirs::pio_home())?;
    for (name, stopped) in [("event server", event_server), ("embedded PostgreSQL", database)] {
        let words = if stopped { "was stopped" } else { "did not run" };
        console.info(MANAGEMENT, format_args!("The {name} {words}."));
    }
    console.result(&json!({"eventServer": event_server, "database": database}));
    Ok(())
}

/// The event server in the background: the paths of its pid file and log.
struct Background {
    pid_file: PathBuf,
    log: PathBuf,
}

impl Background {
    fn find() -> Self {
        let home = dirs::pio_home();
        Self { pid_file: home.join("eventserver.pid"), log: home.join("log/eventserver.log") }
    }

    /// The process id, if it still belongs to the event server: another process may have it by now.
    fn pid(&self) -> Option<u32> {
        let pid: u32 = fs::read_to_string(&self.pid_file).ok()?.trim().parse().ok()?;
        let words = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        words.split(|byte| *byte == 0).any(|word| word == b"eventserver").then_some(pid)
    }

    fn start(&self, console: Console, args: &EventServer) -> Result<()> {
        files::folder(self.log.parent().unwrap_or(Path::new("/")))?;
        let log = files::append(&self.log)?.into_file();
        let port = args.port.to_string();
        check_that_free(&args.ip, args.port)?;
        let mut command = Command::new(std::env::current_exe()?)
            .args(["eventserver", "--ip", &args.ip, "--port", &port])
            .no_stdin()
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(Stdio::from(log))
            .own_group();
        if args.stats {
            command = command.arg("--stats");
        }
        let mut child = command.spawn()?;
        let start = Instant::now();
        while std::net::TcpStream::connect((reachable(&args.ip), args.port)).is_err() {
            if child.try_wait()?.is_some() || start.elapsed() > START {
                return Err(ConsoleError::NoEventServer(self.log.clone()).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        fs::write(&self.pid_file, child.id().to_string())?;
        console.info(
            MANAGEMENT,
            format_args!(
                "The event server listens at {}:{port}; its log is {}.",
                args.ip,
                self.log.display()
            ),
        );
        child.detach();
        Ok(())
    }

    fn stop(&self) -> Result<bool> {
        let Some(pid) = self.pid() else { return Ok(false) };
        Command::new("kill")
            .args(["-TERM", &pid.to_string()])
            .run()
            .context("the event server could not be told to stop")?;
        let start = Instant::now();
        while self.pid().is_some() && start.elapsed() < END {
            std::thread::sleep(Duration::from_millis(20));
        }
        fs::remove_file(&self.pid_file)?;
        Ok(true)
    }
}

/// Checks that the port is free. Otherwise another program's answer could be mistaken for our server's.
fn check_that_free(ip: &str, port: u16) -> Result<(), ConsoleError> {
    std::net::TcpListener::bind((ip, port)).map(drop).map_err(|source| bind_error(ip, port, source))
}

fn reachable(ip: &str) -> &str {
    match ip {
        "0.0.0.0" => "127.0.0.1",
        "::" => "::1",
        other => other,
    }
}

fn capitalized(text: &str) -> String {
    text.replacen("the", "The", 1)
}
