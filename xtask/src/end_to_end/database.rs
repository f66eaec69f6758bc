//! The database server that all end-to-end tests share: a container where Docker is, else the closure's embedded PostgreSQL.

use std::io::{BufRead as _, BufReader, PipeWriter, pipe};
use std::path::Path;

use anyhow::{Result, ensure};
use pio_closure::closure::Closure;
use pio_process::child::Child;
use pio_process::command::Command;
use pio_storage::embedded;

use super::docker::Docker;
use super::image;
use crate::{build, log, scala_tests, tally::Tally};

/// A running server; it ends with this value.
pub(super) struct Database {
    /// How clients reach it.
    pub(super) url: String,
    /// What holds the container for as long as its input is open. The embedded server is stopped by the console.
    keeper: Option<(Child, PipeWriter)>,
}

impl Database {
    /// Starts a server.
    pub(super) fn start(root: &Path, docker: Option<&Docker>, home: &Path, tally: &Tally) -> Result<Self> {
        if docker.is_some() {
            match image::present().and_then(|image| Self::contained(root, &image)) {
                Ok(database) => return Ok(database),
                Err(error) => log::loudly(format_args!("Docker cannot hold a PostgreSQL here: {error:#}")),
            }
        }
        tally.skip("a PostgreSQL in a container: the end-to-end tests run on the embedded one");
        let settings = embedded::ensure_running(&Closure::locate()?.postgres_dir()?, home)?;
        Ok(Self { url: scala_tests::url(&settings), keeper: None })
    }

    fn contained(root: &Path, image: &str) -> Result<Self> {
        log::say(format_args!("       PostgreSQL: a container of {image}"));
        let program = build::example(root, "e2e", "container")?;
        let (input, held) = pipe()?;
        let (told, output) = pipe()?;
        // In a group of its own it outlives an interrupt, to remove the container when its input ends.
        let keeper = Command::new(program).arg(image).stdin(input).stdout(output).own_group().spawn()?;
        let mut url = String::new();
        BufReader::new(told).read_line(&mut url)?;
        ensure!(!url.is_empty(), "no database came up in a container of {image}");
        Ok(Self { url: url.trim().to_owned(), keeper: Some((keeper, held)) })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((mut keeper, held)) = self.keeper.take() {
            drop(held);
            // A container that stays has no reader for the reason here.
            let _ = keeper.wait();
        }
    }
}
