//! Where a bench runs: the release build of `pio`, a private home, and its own PostgreSQL, which psql and pgbench reach too.

use anyhow::Result;
use e2e::pio::Pio;
use pio_closure::closure::Closure;
use pio_process::command::Command;
use pio_settings::database::DatabaseSettings;
use pio_storage::embedded;
use tempfile::TempDir;

use crate::{build, project, tools, vendor};

/// A place that ends, with its server, when it is dropped.
pub(crate) struct BenchEnv {
    /// The release build of `pio`, in this place's home.
    pub(crate) pio: Pio,
    /// Where its database is.
    pub(crate) database: DatabaseSettings,
    _home: TempDir,
}

impl BenchEnv {
    /// Sets up all that is needed.
    pub(crate) fn prepare() -> Result<Self> {
        tools::need(&[tools::MAVEN, tools::PIP, tools::POSTGRES_CLIENT])?;
        vendor::run(&vendor::Options {})?;
        let binary = build::pio_release(project::root())?;
        // What was just built must not be on its way to the disk while commits wait for it.
        Command::new("sync").output()?;
        let home = build::private_home()?;
        let database = embedded::ensure_running(&Closure::locate()?.postgres_dir()?, home.path())?;
        Ok(Self { pio: Pio::new(binary, home.path()), database, _home: home })
    }

    /// A program that speaks to the database through libpq: psql, pgbench.
    pub(crate) fn libpq(&self, program: &str) -> Command {
        Command::new(program)
            .env("PGHOST", &self.database.host)
            .env("PGPORT", self.database.port.to_string())
            .env("PGUSER", &self.database.user)
            .env("PGPASSWORD", self.database.password.expose())
            .env("PGDATABASE", &self.database.name)
            .no_stdin()
    }

    /// Runs SQL statements, each by itself, and gives what they print.
    pub(crate) fn sql(&self, statements: &[&str]) -> Result<String> {
        let commands = statements.iter().flat_map(|statement| ["-c", statement]);
        let output =
            self.libpq("psql").args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]).args(commands);
        Ok(String::from_utf8(output.output()?)?)
    }
}

impl Drop for BenchEnv {
    fn drop(&mut self) {
        // A server that does not stop has no reader for the reason here; its home goes all the same.
        let _ = self.pio.run(&["stop-all"]);
    }
}
