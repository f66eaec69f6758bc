//! A child process to be started.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use crate::child::Child;
use crate::child_async::AsyncChild;
use crate::error::{Error, Hint};
use crate::output::{Capture, Listener, Stream, Tail};

/// A child process to be started: program, arguments, environment, and what becomes of its output.
pub struct Command {
    name: String,
    hint: Hint,
    inner: std::process::Command,
    group: bool,
    captured: bool,
    listener: Option<Listener>,
}

impl Command {
    /// A child process that inherits everything from this one. Errors call it by its file name.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        Self {
            name,
            hint: Hint::default(),
            inner: std::process::Command::new(program),
            group: false,
            captured: false,
            listener: None,
        }
    }

    /// Sets what errors call the program.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Says what to do when the program cannot be started, as a whole sentence.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Hint(Some(hint.into()));
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.inner.arg(argument);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.inner.args(arguments);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(name, value);
        self
    }

    /// Sets environment variables.
    #[must_use]
    pub fn envs(
        mut self,
        variables: impl IntoIterator<Item = (impl AsRef<OsStr>, impl AsRef<OsStr>)>,
    ) -> Self {
        self.inner.envs(variables);
        self
    }

    /// Keeps an environment variable from the child.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.inner.env_remove(name);
        self
    }

    /// Keeps the whole environment from the child, but for what is set afterwards.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.inner.env_clear();
        self
    }

    /// Sets the folder in which the child starts.
    #[must_use]
    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.inner.current_dir(folder);
        self
    }

    /// Sets the standard input, for example one end of a socket pair: any `OwnedFd` will do.
    #[must_use]
    pub fn stdin(mut self, input: impl Into<Stdio>) -> Self {
        self.inner.stdin(input);
        self
    }

    /// Gives the child an empty standard input.
    #[must_use]
    pub fn no_stdin(self) -> Self {
        self.stdin(Stdio::null())
    }

    /// Sends the standard output to a file or pipe.
    #[must_use]
    pub fn stdout(mut self, output: impl Into<Stdio>) -> Self {
        self.inner.stdout(output);
        self
    }

    /// Sends standard error to a file or pipe.
    #[must_use]
    pub fn stderr(mut self, output: impl Into<Stdio>) -> Self {
        self.inner.stderr(output);
        self
    }

    /// Throws away what the child prints.
    #[must_use]
    pub fn quiet(self) -> Self {
        self.stdout(Stdio::null()).stderr(Stdio::null())
    }

    /// Captures what the child prints on both outputs; an error shows the last lines.
    #[must_use]
    pub fn captured(mut self) -> Self {
        self.captured = true;
        self
    }

    /// Captures what the child prints and calls a function with each line, from a thread that reads it.
    #[must_use]
    pub fn on_line(mut self, listener: impl FnMut(Stream, &str) + Send + 'static) -> Self {
        self.captured = true;
        self.listener = Some(Arc::new(Mutex::new(listener)));
        self
    }

    /// Puts the child at the head of a process group of its own: signals of the terminal do not reach it, and ending it ends
    /// all that it started.
    #[must_use]
    pub fn own_group(mut self) -> Self {
        self.group = true;
        self.inner.process_group(0);
        self
    }

    /// Runs the child as another user; only root may do that.
    #[must_use]
    pub fn user(mut self, uid: u32, gid: u32) -> Self {
        self.inner.uid(uid).gid(gid);
        self
    }

    /// The program and its arguments, as given, for messages and tests.
    #[must_use]
    pub fn words(&self) -> Vec<OsString> {
        std::iter::once(self.inner.get_program()).chain(self.inner.get_args()).map(OsStr::to_owned).collect()
    }

    /// Starts the child.
    ///
    /// # Errors
    /// When the operating system cannot start the program.
    pub fn spawn(mut self) -> Result<Child, Error> {
        let capture = self.capture()?;
        let child = self.inner.spawn().map_err(|source| self.start_error(source))?;
        Ok(Child::new(self.name, child, self.group, capture))
    }

    /// Starts the child under tokio's runtime.
    ///
    /// # Errors
    /// When the operating system cannot start the program.
    pub fn spawn_async(mut self) -> Result<AsyncChild, Error> {
        let capture = self.capture()?;
        let Self { name, hint, inner, group, .. } = self;
        let mut command = tokio::process::Command::from(inner);
        command.kill_on_drop(true);
        let child = command.spawn().map_err(|source| Error::Start { name: name.clone(), source, hint })?;
        Ok(AsyncChild::new(name, child, group, capture))
    }

    /// Runs the child to its end.
    ///
    /// # Errors
    /// When it cannot be started or does not succeed.
    pub fn run(self) -> Result<(), Error> {
        self.spawn()?.success()
    }

    /// Runs the child to its end without blocking the thread.
    ///
    /// # Errors
    /// When it cannot be started or does not succeed.
    pub async fn run_async(self) -> Result<(), Error> {
        self.spawn_async()?.success().await
    }

    /// Runs the child to its end and returns what it printed on standard output; its input is empty.
    ///
    /// # Errors
    /// When it cannot be started or does not succeed; the error shows what it printed on standard error.
    pub fn output(mut self) -> Result<Vec<u8>, Error> {
        let output = self.inner.stdin(Stdio::null()).output().map_err(|source| self.start_error(source))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let words = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
        Err(Error::Failed { name: self.name, status: output.status, tail: Tail::of(words) })
    }

    /// Becomes the program: the process keeps its id, so that signals and waiting parents reach the program itself.
    /// Comes back only where that fails.
    #[must_use = "it returns only where the program could not be started"]
    pub fn exec(mut self) -> Error {
        let source = self.inner.exec();
        self.start_error(source)
    }

    /// Lays pipes for both outputs where they are captured.
    fn capture(&mut self) -> Result<Capture, Error> {
        let mut capture = Capture::default();
        if self.captured {
            for stream in [Stream::Stdout, Stream::Stderr] {
                let (reader, writer) = io::pipe().map_err(|source| self.start_error(source))?;
                match stream {
                    Stream::Stdout => self.inner.stdout(OwnedFd::from(writer)),
                    Stream::Stderr => self.inner.stderr(OwnedFd::from(writer)),
                };
                capture.read(stream, reader, self.listener.clone());
            }
        }
        Ok(capture)
    }

    fn start_error(&self, source: io::Error) -> Error {
        Error::Start { name: self.name.clone(), source, hint: self.hint.clone() }
    }
}

/// Shows the program's name only: arguments and variables may hold what no log should.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command").field("name", &self.name).finish_non_exhaustive()
    }
}
