//! The `pio` binary in a `PIO_HOME` of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use fs_err as fs;
use pio_process::command::Command;
use pio_test_support::container::Container;
use serde_json::Value;

use crate::server::Server;

/// Variables of the caller that would point `pio` at something else than its private home.
const FOREIGN: [&str; 8] = [
    "DATABASE_URL",
    "PIO_STORAGE_SOURCES_PGSQL_URL",
    "PIO_STORAGE_SOURCES_PGSQL_USERNAME",
    "PIO_STORAGE_SOURCES_PGSQL_PASSWORD",
    "PIO_OPTS",
    "PIO_SPARK_OPTS",
    "PIO_TRAIN_SPARK_OPTS",
    "PORT",
];

/// What gives a command a user without a name.
pub const NAMELESS: &str = "unshare --user --map-user=54321";

/// The `pio` binary with its environment.
#[derive(Debug, Clone)]
pub struct Pio {
    binary: PathBuf,
    home: PathBuf,
    variables: Vec<(String, String)>,
    /// What a shell does before it becomes the binary.
    before: Vec<String>,
}

/// A `pio` command that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The command, for messages.
    pub command: String,
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
    /// How long it took.
    pub elapsed: Duration,
}

impl Pio {
    /// The binary, with a home folder that need not exist yet.
    #[must_use]
    pub fn new(binary: impl Into<PathBuf>, home: impl Into<PathBuf>) -> Self {
        Self { binary: binary.into(), home: home.into(), variables: Vec::new(), before: Vec::new() }
    }

    /// The same binary with one more environment variable.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.variables.push((name.to_owned(), value.to_owned()));
        other
    }

    /// The same binary in a container.
    #[must_use]
    pub fn within(&self, container: &Container) -> Self {
        self.after(format!("echo $$ > '{}'", container.processes()))
    }

    /// The same binary with a limit of file descriptors.
    #[must_use]
    pub fn with_descriptors(&self, count: u32) -> Self {
        self.after(format!("ulimit -n {count}"))
    }

    /// The same binary for a user whose number the system does not know, in a namespace of its own.
    #[must_use]
    pub fn nameless(&self) -> Self {
        self.after(format!("exec {NAMELESS} \"$@\""))
    }

    /// Another binary in the same place.
    #[must_use]
    pub fn with_binary(&self, binary: &Path) -> Self {
        Self { binary: binary.to_owned(), ..self.clone() }
    }

    fn after(&self, line: String) -> Self {
        let mut other = self.clone();
        other.before.push(line);
        other
    }

    /// Runs a command in a folder to its end, whatever that is.
    ///
    /// # Errors
    /// When the binary cannot be started.
    pub fn run_in(&self, folder: &Path, arguments: &[&str]) -> Result<Finished> {
        let output = tempfile::tempdir()?;
        let (stdout, stderr) = (output.path().join("stdout"), output.path().join("stderr"));
        let start = Instant::now();
        let mut child = self
            .command(folder, arguments)
            .stdout(Stdio::from(fs::File::create(&stdout)?.into_parts().0))
            .stderr(Stdio::from(fs::File::create(&stderr)?.into_parts().0))
            .spawn()?;
        let status = child.wait()?;
        Ok(Finished {
            command: format!("pio {}", arguments.join(" ")),
            code: status.code(),
            stdout: fs::read_to_string(&stdout)?,
            stderr: fs::read_to_string(&stderr)?,
            elapsed: start.elapsed(),
        })
    }

    /// Runs a command that needs no folder and must succeed.
    ///
    /// # Errors
    /// When it does not succeed; the error shows what it printed.
    pub fn run(&self, arguments: &[&str]) -> Result<Finished> {
        self.run_in(&std::env::temp_dir(), arguments)?.success()
    }

    /// Creates an app and returns its access key.
    ///
    /// # Errors
    /// When the console does not say the key.
    pub fn new_app(&self, name: &str) -> Result<String> {
        let done = self.run(&["app", "new", name])?;
        let line = done.stdout.lines().find_map(|line| line.split_once("Access Key: "));
        let (_, key) = line.with_context(|| format!("no access key in {:?}", done.stdout))?;
        Ok(key.trim().to_owned())
    }

    /// Starts the event server on a free port and waits until it answers.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn event_server(&self) -> Result<Server> {
        let server = self.serve(&std::env::temp_dir(), &["eventserver", "--ip", "127.0.0.1"], &[])?;
        server.wait_until_ready("/", Duration::from_secs(30))?;
        Ok(server)
    }

    /// Starts `pio deploy` in an engine's folder on a free port; does not wait.
    ///
    /// # Errors
    /// When the binary cannot be started.
    pub fn deploy(&self, engine: &Path, options: &[&str]) -> Result<Server> {
        self.serve(engine, &["deploy", "--ip", "127.0.0.1"], options)
    }

    /// Starts a serving command on a free port; what it prints goes to a log file that failures show.
    ///
    /// # Errors
    /// When the binary cannot be started.
    pub fn serve(&self, folder: &Path, command: &[&str], options: &[&str]) -> Result<Server> {
        let port = crate::http::free_port()?;
        let port_text = port.to_string();
        let arguments = [command, &["--port", &port_text], options].concat();
        Server::start(self.command(folder, &arguments).own_group(), &arguments.join(" "), port)
    }

    /// The command as it would be started, for callers that watch it themselves.
    #[must_use]
    pub fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let command = if self.before.is_empty() {
            Command::new(&self.binary)
        } else {
            let script = format!("{} && exec \"$@\"", self.before.join(" && "));
            Command::new("sh").args(["-c", &script, "sh"]).arg(&self.binary)
        };
        self.placed(command.args(arguments), folder)
    }

    /// The command at a terminal of its own; what the terminal shows is written into a file.
    #[must_use]
    pub fn at_terminal(&self, folder: &Path, arguments: &[&str], shown: &Path) -> Command {
        let line = format!("{} {}", self.binary.display(), arguments.join(" "));
        let script = Command::new("script").args(["-q", "-e", "-c", &line]).arg(shown);
        self.placed(script.quiet(), folder)
    }

    fn placed(&self, command: Command, folder: &Path) -> Command {
        FOREIGN
            .into_iter()
            .fold(command.current_dir(folder).no_stdin(), Command::env_remove)
            .env("PIO_HOME", &self.home)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
    }
}

impl Finished {
    /// Insists on exit code 0.
    ///
    /// # Errors
    /// Shows what the command printed when it failed.
    pub fn success(self) -> Result<Self> {
        ensure!(
            self.code == Some(0),
            "{} ended with {:?}\n{}{}",
            self.command,
            self.code,
            self.stdout,
            self.stderr
        );
        Ok(self)
    }

    /// Insists on a failure that a user can understand: that exit code, these words, no stack trace.
    ///
    /// # Errors
    /// Shows what the command printed when it was otherwise.
    pub fn fails_with(self, code: i32, words: &[&str]) -> Result<Self> {
        let all = format!("{}{}", self.stdout, self.stderr);
        ensure!(self.code == Some(code), "{} ended with {:?}, not {code}\n{all}", self.command, self.code);
        for word in words {
            ensure!(all.contains(word), "{} does not say {word:?} but:\n{all}", self.command);
        }
        if let Some(line) = all.lines().find(|line| is_stack_trace(line)) {
            bail!("{} shows a stack trace: {line}\n{all}", self.command);
        }
        Ok(self)
    }

    /// What the command printed on standard output, as JSON.
    ///
    /// # Errors
    /// When that is not JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).with_context(|| format!("{}: {:?}", self.command, self.stdout))
    }
}

fn is_stack_trace(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("at ") && line.ends_with(')') && line.contains('(')
        || line.starts_with("Exception in thread")
        || line.starts_with("stack backtrace:")
        || line.contains("panicked at")
}
