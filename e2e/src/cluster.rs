//! A Spark standalone cluster: a master and workers, each a process of its own, started from the closure.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, bail};
use fs_err as fs;
use pio_closure::closure::Closure;
use pio_closure::cluster;
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
    _process: Child,
    folder: TempDir,
    /// How jobs and tests reach it.
    pub master: Master,
}

/// A running master, whoever started it.
#[derive(Debug)]
pub struct Master {
    /// The `spark://` address.
    pub url: String,
    /// Where it tells its state as JSON.
    pub page: String,
}

impl Master {
    /// The ids of the applications of this name, running and ended ones.
    ///
    /// # Errors
    /// When the master does not answer.
    pub fn applications(&self, name: &str) -> Result<Vec<String>> {
        let state = http::get(&self.page)?.body;
        let all = ["activeapps", "completedapps"].iter().filter_map(|kind| state[kind].as_array()).flatten();
        let named = all.filter(|app| app["name"] == name);
        Ok(named.filter_map(|app| Some(app["id"].as_str()?.to_owned())).collect())
    }
}

/// How many executors an application has on this machine: processes that work in folders of its name.
#[must_use]
pub fn executors(application: &str) -> usize {
    let Ok(entries) = fs::read_dir("/proc") else { return 0 };
    let folders = entries.filter_map(|entry| fs::read_link(entry.ok()?.path().join("cwd")).ok());
    folders.filter(|folder| folder.parent().is_some_and(|parent| parent.ends_with(application))).count()
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
        let command = cluster::Master { host: HOST.to_owned(), port, webui_port, java_options: Vec::new() }
            .command(&closure)?;
        let process = start(command, folder.path(), "master")?;
        let master = Master {
            url: format!("spark://{HOST}:{port}"),
            page: format!("http://{HOST}:{webui_port}/json/"),
        };
        let mut cluster = Self { workers: Vec::new(), _process: process, folder, master };
        cluster.wait_for("a master", |_| true)?;
        for number in 0..workers {
            cluster.add_worker(&closure, number)?;
        }
        cluster.wait_for("all workers", |state| state["aliveworkers"] == workers)?;
        Ok(cluster)
    }

    /// Kills a worker and its executors, as a lost machine would.
    ///
    /// # Errors
    /// When the process cannot be killed.
    pub fn kill_worker(&mut self, number: usize) -> Result<()> {
        self.workers[number].terminate(Duration::ZERO)?;
        Ok(())
    }

    fn add_worker(&mut self, closure: &Closure, number: usize) -> Result<()> {
        let worker = cluster::Worker {
            master: self.master.url.clone(),
            host: Some(HOST.to_owned()),
            cores: Some(1),
            memory: Some("1g".to_owned()),
            port: None,
            webui_port: 0,
            work_dir: self.folder.path().join(format!("work-{number}")),
            java_options: Vec::new(),
        };
        self.workers.push(start(worker.command(closure)?, self.folder.path(), &format!("worker-{number}"))?);
        Ok(())
    }

    fn wait_for(&self, what: &str, is_so: impl Fn(&serde_json::Value) -> bool) -> Result<()> {
        let end = std::time::Instant::now() + LIMIT;
        while !http::get(&self.master.page).is_ok_and(|answer| is_so(&answer.body)) {
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

fn start(command: Command, folder: &Path, name: &str) -> Result<Child> {
    let log = fs::File::create(folder.join(name))?.into_parts().0;
    let command = command.env("SPARK_LOCAL_IP", HOST).own_group().no_stdin();
    Ok(command.stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log)).spawn()?)
}
