//! Behaviour of the launcher as a platform sees it: the real binary beside a `pio` that tells how it was called.

#![expect(clippy::unwrap_used, reason = "a helper of tests may panic as they do")]

mod data;
mod errors;
mod page;
mod roles;
mod spark;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use std::sync::{Mutex, MutexGuard, PoisonError};

use pio_process::child::Child;
use pio_process::command::Command;

/// Held while a program is written and while one is started: a child that is forked while a program is open for writing
/// would make that program's own start fail.
static PROGRAMS: Mutex<()> = Mutex::new(());

fn programs() -> MutexGuard<'static, ()> {
    PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An app on a platform: its folder, with the launcher and a `pio` that prints its working directory, process id and words.
struct App {
    folder: tempfile::TempDir,
}

/// How a process ended.
struct Ended {
    success: bool,
    output: String,
}

impl App {
    fn new() -> Self {
        let app = Self { folder: tempfile::tempdir().unwrap() };
        let bin = app.path(".pio/bin");
        fs_err::create_dir_all(&bin).unwrap();
        let guard = programs();
        fs_err::copy(env!("CARGO_BIN_EXE_pio-launcher"), bin.join("pio-launcher")).unwrap();
        drop(guard);
        app.program(".pio/bin/pio", "echo \"$(basename \"$PWD\"): $*\"");
        app
    }

    fn engine() -> Self {
        let app = Self::new();
        fs_err::create_dir(app.path("pio-engine")).unwrap();
        fs_err::write(app.path("pio-engine/engine.json"), "{}").unwrap();
        app
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, script: &str) {
        let _guard = programs();
        let file = self.path(name);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs_err::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn command(&self, program: &str, variables: &[(&str, &str)]) -> Command {
        Command::new(self.path(program))
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("PIO_LOG_FORMAT", "text")
            .envs(variables.iter().copied())
            .no_stdin()
    }

    /// Starts the launcher.
    fn start(&self, words: &[&str], variables: &[(&str, &str)]) -> Child {
        let _guard = programs();
        self.command(".pio/bin/pio-launcher", variables).args(words).captured().spawn().unwrap()
    }

    /// Runs the launcher to its end.
    fn run(&self, words: &[&str], variables: &[(&str, &str)]) -> Ended {
        let mut child = self.start(words, variables);
        let success = child.wait().unwrap().success();
        let output = child.tail().lines.into_iter().collect::<Vec<_>>().join("\n");
        Ended { success, output }
    }
}
