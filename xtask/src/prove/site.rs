//! What is under test: a database, an event server with an app for each round, and a deployed engine.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use e2e::database::sql;
use e2e::engine::Engine;
use e2e::http;
use e2e::pio::Pio;
use e2e::server::Server;
use pio_closure::closure::Closure;
use pio_process::command::Command;
use pio_settings::database::DatabaseSettings;
use pio_storage::embedded;
use pio_test_support::container::Container;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::ledger::Stored;
use super::plan::Abilities;
use crate::{build, log, scala_tests, tally::Tally};

/// The memory of an event server's container, in MiB.
const CONTAINER: u64 = 64;

/// The memory of the deployed engine's, for its front and its worker together.
const ENGINE_CONTAINER: u64 = 512;

/// The size of the database's disk where it is one of its own.
const DISK: &str = "size=1g,mode=711";

/// The events of so many rounds stay stored, to be looked at again at the end.
const KEPT_ROUNDS: usize = 20;

/// How long servers may take until they are ready again.
pub(crate) const READY: Duration = Duration::from_mins(2);

/// Which event server is under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    Real,
    /// For the control: it answers 201 before it stores the event.
    AcknowledgesEarly,
}

/// Everything that lives longer than a round.
pub(crate) struct Site {
    pub(crate) program: Program,
    binary: PathBuf,
    pub(crate) pio: Pio,
    postgres: PathBuf,
    settings: DatabaseSettings,
    pub(crate) url: String,
    container: Option<Container>,
    engine_container: Option<Container>,
    /// How many processes the kernel has killed in the containers so far.
    kills: u64,
    pub(crate) engine: Option<DeployedEngine>,
    checked: VecDeque<(App, usize)>,
    /// Not on the database's disk, which may be full.
    logs: TempDir,
    // Fields are dropped in this order: the disk goes after all that lies on it.
    home: TempDir,
    disk: Option<Disk>,
}

/// The app of a round.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) table: String,
}

/// A deployed engine, and what it answers.
pub(crate) struct DeployedEngine {
    engine: Engine,
    pub(crate) server: Server,
    pub(crate) query: Value,
    pub(crate) answer: Value,
}

/// A disk in memory, in this process's own view of the file system.
struct Disk(PathBuf);

impl Site {
    /// Starts a database; on a small disk of its own where this process may mount one.
    pub(crate) fn prepare(root: &Path, program: Program, tally: &Tally) -> Result<Self> {
        let pio = build::pio(root)?;
        let binary = match program {
            Program::Real => pio.clone(),
            Program::AcknowledgesEarly => build::example(root, "pio-eventserver", "eventserver")?,
        };
        let home = build::private_home()?;
        let disk = Disk::mount(home.path());
        let container = Container::new(CONTAINER);
        if program == Program::Real {
            if disk.is_none() {
                tally.skip("a full disk of the database: only root may mount one");
            }
            if let Err(reason) = &container {
                tally.skip(&format!(
                    "an event server in {CONTAINER} MiB: no control group can be made ({reason})"
                ));
            }
        }
        let postgres = Closure::locate()?.postgres_dir()?;
        let settings = embedded::ensure_running(&postgres, home.path())?;
        let url = scala_tests::url(&settings);
        sql(&url, "ALTER SYSTEM SET max_wal_size = '128MB'")?;
        sql(&url, "SELECT pg_reload_conf()")?;
        let pio = Pio::new(pio, home.path()).with("DATABASE_URL", &url);
        let container = container.ok();
        let checked = VecDeque::new();
        Ok(Self {
            program,
            binary,
            pio,
            postgres,
            settings,
            url,
            container,
            engine_container: Container::new(ENGINE_CONTAINER).ok(),
            kills: 0,
            logs: tempfile::tempdir()?,
            engine: None,
            checked,
            home,
            disk,
        })
    }

    /// Trains and deploys an engine whose answers need no database.
    pub(crate) fn deploy(&mut self, root: &Path) -> Result<()> {
        const APP: &str = "Proof";
        log::step("Training and deploying the recommendation engine");
        let engine = Engine::copy(&build::engine(&self.pio, root, "recommendation")?, APP)?;
        self.pio.new_app(APP)?;
        let ratings = e2e::ratings::read(&engine.file("data/ratings.txt"))?;
        let lines: Vec<String> = ratings.iter().map(ToString::to_string).collect();
        fs_err::write(engine.file("events.jsonl"), lines.join("\n"))?;
        let id = self.app_id(APP)?;
        let import = ["import", "--appid", &id, "--input", "events.jsonl"];
        self.pio.run_in(engine.path(), &import)?.success()?;
        self.pio.run_in(engine.path(), &["train"])?.success()?;
        let server = self.deploying().deploy(engine.path(), &[])?;
        server.wait_until_ready("/readyz", READY)?;
        let query = json!({ "user": "1", "num": 4 });
        let answer = server.query(&query)?;
        ensure!(answer.status == 200, "the engine answers {}: {}", answer.status, answer.body);
        self.engine = Some(DeployedEngine { engine, server, query, answer: answer.body });
        Ok(())
    }

    /// Deploys the engine anew, after its server was killed.
    pub(crate) fn deploy_again(&mut self) -> Result<()> {
        let pio = self.deploying();
        let engine = self.engine.as_mut().context("no engine is deployed")?;
        engine.server = pio.deploy(engine.engine.path(), &[])?;
        Ok(())
    }

    fn deploying(&self) -> Pio {
        self.engine_container
            .as_ref()
            .map_or_else(|| self.pio.clone(), |container| self.pio.within(container))
    }

    /// What the kernel has killed in the containers since the last call, which it must not.
    pub(crate) fn killed(&mut self) -> Result<Option<String>> {
        let containers = self.container.iter().chain(&self.engine_container);
        let kills = containers.map(Container::kills).sum::<std::io::Result<u64>>()?;
        let new = kills - std::mem::replace(&mut self.kills, kills);
        Ok((new > 0).then(|| format!("the kernel killed {new} processes for want of memory")))
    }

    /// The log of an event server on a port.
    pub(crate) fn log_file(&self, port: u16) -> PathBuf {
        self.logs.path().join(format!("eventserver-{port}.log"))
    }

    pub(crate) fn abilities(&self) -> Abilities {
        let (full_disk, container) = (self.disk.is_some(), self.container.is_some());
        Abilities { full_disk, container, engine: self.engine.is_some() }
    }

    /// A new app.
    pub(crate) fn app(&self, name: &str) -> Result<App> {
        let key = self.pio.new_app(name)?;
        let table = format!("pio_event_{}", self.app_id(name)?);
        Ok(App { name: name.to_owned(), key, table })
    }

    fn app_id(&self, name: &str) -> Result<String> {
        let rows = sql(&self.url, &format!("SELECT id FROM pio_meta_apps WHERE name = '{name}'"))?;
        rows.into_iter().flatten().flatten().next().with_context(|| format!("the app {name} is gone"))
    }

    /// The command that starts the event server on a port.
    pub(crate) fn event_server(&self, port: u16, in_container: bool, descriptors: Option<u32>) -> Command {
        let port = port.to_string();
        let mut pio = self.pio.clone();
        if let Some(container) = self.container.as_ref().filter(|_| in_container) {
            pio = pio.within(container);
        }
        if let Some(descriptors) = descriptors {
            pio = pio.with_descriptors(descriptors);
        }
        let folder = std::env::temp_dir();
        match self.program {
            Program::Real => pio.command(&folder, &["eventserver", "--ip", "127.0.0.1", "--port", &port]),
            Program::AcknowledgesEarly => {
                pio.with_binary(&self.binary).command(&folder, &[&port, "careless"])
            }
        }
    }

    /// Starts the database where it does not run.
    pub(crate) fn ensure_database(&self) -> Result<()> {
        let settings = embedded::ensure_running(&self.postgres, self.home.path())?;
        ensure!(settings.port == self.settings.port, "the database came back on another port");
        Ok(())
    }

    /// The processes of the database, its postmaster first.
    pub(crate) fn database_processes(&self) -> Result<Vec<i32>> {
        let file = self.home.path().join("postgres/server/data/postmaster.pid");
        let text = fs_err::read_to_string(file)?;
        let postmaster: i32 = text.lines().next().unwrap_or_default().parse()?;
        let children = fs_err::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"))?;
        Ok(std::iter::once(postmaster)
            .chain(children.split_whitespace().filter_map(|id| id.parse().ok()))
            .collect())
    }

    /// A file on the database's disk.
    pub(crate) fn on_disk(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// How often each entity of an app is stored, once no event server has a connection any more.
    pub(crate) fn stored(&self, app: &App) -> Result<Stored> {
        let busy = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'pio eventserver%'";
        let end = Instant::now() + READY;
        while !sql(&self.url, busy)?.is_empty() {
            ensure!(Instant::now() < end, "connections of an event server that has ended are still open");
            std::thread::sleep(Duration::from_millis(10));
        }
        let rows =
            sql(&self.url, &format!("SELECT entityid, count(*) FROM {} GROUP BY entityid", app.table))?;
        let pair = |row: Vec<Option<String>>| {
            let mut values = row.into_iter().flatten();
            Some((values.next()?, values.next()?.parse().ok()?))
        };
        rows.into_iter().map(pair).collect::<Option<_>>().context("a row without its two values")
    }

    /// Keeps an app to be looked at again; deletes the oldest one once there are many.
    pub(crate) fn keep(&mut self, app: App, count: usize) -> Result<()> {
        self.checked.push_back((app, count));
        if self.checked.len() > KEPT_ROUNDS
            && let Some((app, _)) = self.checked.pop_front()
        {
            self.pio.run(&["app", "delete", &app.name, "--force"])?;
        }
        Ok(())
    }

    /// Whether all that earlier rounds stored is still there, and nothing came later.
    pub(crate) fn recheck(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for (app, count) in &self.checked {
            let now: usize = self.stored(app)?.values().sum();
            if now != *count {
                found.push(format!(
                    "{}: {count} events were stored after its round, {now} at the end",
                    app.name
                ));
            }
        }
        Ok(found)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // The engine's server ends first: it would log that its database is gone.
        self.engine = None;
        let _ = embedded::stop(self.home.path());
    }
}

impl DeployedEngine {
    /// Asks until the engine answers as before.
    pub(crate) fn wait_until_right(&self) -> Result<()> {
        self.server.wait_until_ready("/readyz", READY)?;
        let answer = http::post(&format!("{}/queries.json", self.server.url), &self.query)?;
        ensure!(answer.status == 200 && answer.body == self.answer, "{}: {}", answer.status, answer.body);
        Ok(())
    }

    /// The id of the worker's process. An earlier fault may have ended it, so a new one is waited for.
    pub(crate) fn worker(&self) -> Result<i32> {
        let front = self.server.id();
        let end = Instant::now() + READY;
        loop {
            let children = fs_err::read_to_string(format!("/proc/{front}/task/{front}/children"))?;
            if let Some(first) = children.split_whitespace().next() {
                return Ok(first.parse()?);
            }
            ensure!(Instant::now() < end, "the engine has no worker for {} s", READY.as_secs());
            sleep(Duration::from_millis(20));
        }
    }
}

impl Disk {
    /// A disk in memory at a folder; none where that is not allowed.
    fn mount(folder: &Path) -> Option<Self> {
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", DISK, "pio-prove"]).arg(folder);
        mount.output().ok().map(|_| Self(folder.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}
