//! A Spark standalone cluster: a master and workers, each a process of its own, started from the closure.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, bail};
use fs_err as fs;
use pio_closure::closure::Closure;
use pio_closure::cluster::{Master, Worker};
use pio_process::child::Child;
use pio_process::command::Command;
use tempfile::TempDir;

use crate::http;

const HOST: &str = "127.0.0.1";

/// How long the cluster may take to be complete.
const LIMIT: Duration = Duration::from_mins(1);

/// A running cluster; dropping it ends it.
#[derive(Debug)]
pub struct Cluster {
    // Workers go first: without a master they would complain until they are killed.
    workers: Vec<Child>,
    _master: Child,
    folder: TempDir,
    page: String,
    /// The `spark://` address.
    pub master: String,
}

impl Cluster {
    /// Starts a master and some workers of one core each, and waits until all have registered.
    ///
    /// # Errors
    /// When one of them does not come up; the error shows their logs.
    pub fn start(workers: usize) -> Result<Self> {
        let closure = Closure::locate()?;
        let folder = tempfile::tempdir()?;
        let (port, webui_port) = (http::free_port()?, http::free_port()?);
        let master = Master { host: HOST.to_owned(), port, webui_port, java_options: Vec::new() };
        let process = start(master.command(&closure)?, &folder, "master")?;
        let mut cluster = Self {
            workers: Vec::new(),
            _master: process,
            folder,
            page: format!("http://{HOST}:{webui_port}/json/"),
            master: format!("spark://{HOST}:{port}"),
        };
        cluster.wait_for("a master", |_| true)?;
        for number in 0..workers {
            cluster.add_worker(&closure, number)?;
        }
        cluster.wait_for("all workers", |state| state["aliveworkers"] == workers)?;
        Ok(cluster)
    }

    /// How many applications the master has seen end.
    ///
    /// # Errors
    /// When the master does not answer.
    pub fn finished_applications(&self) -> Result<usize> {
        Ok(http::get(&self.page)?.body["completedapps"].as_array().map_or(0, Vec::len))
    }

    /// Kills a worker and its executors, as a lost machine would.
    ///
    /// # Errors
    /// When the process cannot be killed.
    pub fn kill_worker(&mut self, number: usize) -> Result<()> {
        self.workers[number].terminate(Duration::ZERO)?;
        Ok(())
    }

    /// How many executors run: processes that work in the workers' folders.
    #[must_use]
    pub fn executors(&self) -> usize {
        let Ok(entries) = fs::read_dir("/proc") else { return 0 };
        let folders = entries.filter_map(|entry| fs::read_link(entry.ok()?.path().join("cwd")).ok());
        folders.filter(|folder| folder.starts_with(self.folder.path())).count()
    }

    fn add_worker(&mut self, closure: &Closure, number: usize) -> Result<()> {
        let worker = Worker {
            master: self.master.clone(),
            host: Some(HOST.to_owned()),
            cores: Some(1),
            memory: Some("1g".to_owned()),
            webui_port: 0,
            work_dir: self.folder.path().join(format!("work-{number}")),
            java_options: Vec::new(),
        };
        self.workers.push(start(worker.command(closure)?, &self.folder, &format!("worker-{number}"))?);
        Ok(())
    }

    fn wait_for(&self, what: &str, is_so: impl Fn(&serde_json::Value) -> bool) -> Result<()> {
        let end = std::time::Instant::now() + LIMIT;
        while !http::get(&self.page).is_ok_and(|answer| is_so(&answer.body)) {
            if std::time::Instant::now() > end {
                bail!("the cluster had not {what} within {} s\n{}", LIMIT.as_secs(), self.logs());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn logs(&self) -> String {
        let Ok(entries) = fs::read_dir(self.folder.path()) else { return String::new() };
        let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
        files.filter_map(|file| fs::read_to_string(file).ok()).collect()
    }
}

fn start(command: Command, folder: &TempDir, name: &str) -> Result<Child> {
    let log = fs::File::create(folder.path().join(name))?.into_parts().0;
    let command = command.env("SPARK_LOCAL_IP", HOST).own_group().no_stdin();
    Ok(command.stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log)).spawn()?)
}
