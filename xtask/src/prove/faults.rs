//! Faults, done to the real processes.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use e2e::database::sql;
use e2e::http;
use fs_err as fs;
use pio_process::child::Child;
use pio_process::command::Command;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::clients::Target;
use super::plan::{Fault, Log, Plan};
use super::queries;
use super::site::{App, READY, Site};

/// What platforms grant after SIGTERM.
const GRACE: Duration = Duration::from_secs(30);

/// An event server under faults.
pub(crate) struct EventServer {
    child: Child,
    port: u16,
    log: PathBuf,
    /// The other end of the log's pipe, which nobody reads.
    _unread: Option<std::io::PipeReader>,
}

impl EventServer {
    /// Starts one as the plan says; it need not be ready yet.
    pub(crate) fn start(site: &Site, plan: &Plan, port: u16) -> Result<Self> {
        let command = site.event_server(port, plan.in_container, plan.descriptors).quiet();
        let log = site.log_file(port);
        let (command, unread) = match plan.log {
            Log::File => {
                let file = fs::File::options().create(true).append(true).open(&log)?;
                (command.stderr(Stdio::from(file.into_parts().0)), None)
            }
            Log::Full => (
                command
                    .stderr(Stdio::from(fs::File::options().write(true).open("/dev/full")?.into_parts().0)),
                None,
            ),
            Log::Broken | Log::Unread => {
                let (reader, writer) = std::io::pipe()?;
                (command.stderr(Stdio::from(writer)), (plan.log == Log::Unread).then_some(reader))
            }
        };
        Ok(Self { child: command.spawn()?, port, log, _unread: unread })
    }

    /// How it ended by itself, which it must not.
    pub(crate) fn ended(&mut self) -> Result<Option<String>> {
        let Some(status) = self.child.try_wait()? else { return Ok(None) };
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let last = log.lines().last().unwrap_or("no log");
        Ok(Some(format!("the event server ended by itself: {status}; {last}")))
    }

    /// Asks it to end; gives what is wrong with how it does.
    pub(crate) fn stop(&mut self) -> Result<Option<String>> {
        let status = self.child.terminate(GRACE)?;
        Ok((!status.success()).then(|| format!("the event server did not end well after SIGTERM: {status}")))
    }
}

/// What faults are done to.
pub(crate) struct Victims<'a> {
    pub(crate) site: &'a mut Site,
    pub(crate) plan: &'a Plan,
    pub(crate) server: &'a mut EventServer,
    pub(crate) app: &'a App,
    pub(crate) events: &'a Target,
    pub(crate) queries: Option<&'a queries::Target>,
    /// Connections that only take room.
    pub(crate) bystanders: Vec<TcpStream>,
}

impl Victims<'_> {
    /// Does a fault and ends it; gives what is wrong already.
    pub(crate) fn suffer(&mut self, fault: Fault) -> Result<Option<String>> {
        match fault {
            Fault::KillServer => return self.restart(true),
            Fault::StopServer => {
                // A server that stops waits up to 22 s for a half body: too long for a thousand rounds.
                self.bystanders.clear();
                return self.restart(false);
            }
            Fault::FreezeServer(time) => freeze(&[id(self.server.child.id())?], time)?,
            Fault::KillDatabase => self.kill_database()?,
            Fault::FreezeDatabase(time) => freeze(&self.site.database_processes()?, time)?,
            Fault::LockTable(time) => self.lock_table(time),
            Fault::TerminateConnections => self.terminate_connections(),
            Fault::FillDisk(time) => self.fill_disk(time)?,
            Fault::KillWorker => {
                if let Some(engine) = &self.site.engine {
                    signal(engine.worker()?, Signal::KILL);
                }
            }
            Fault::FreezeWorker(time) => {
                if let Some(engine) = &self.site.engine {
                    freeze(&[engine.worker()?], time)?;
                }
            }
            Fault::Reload => {
                if let Some(engine) = &self.site.engine {
                    // Any answer will do: with the database away a reload fails, and what served before goes on.
                    let _ = http::post(&format!("{}/reload", engine.server.url), &json!({}));
                }
            }
            Fault::KillFront => return self.kill_front(),
        }
        Ok(None)
    }

    fn restart(&mut self, is_kill: bool) -> Result<Option<String>> {
        self.events.process.fetch_add(1, Relaxed);
        let violation = if is_kill {
            signal(id(self.server.child.id())?, Signal::KILL);
            self.server.child.wait()?;
            None
        } else {
            self.server.stop()?
        };
        *self.server = EventServer::start(self.site, self.plan, self.server.port)?;
        Ok(violation)
    }

    fn kill_database(&self) -> Result<()> {
        let processes = self.site.database_processes()?;
        signal(processes[0], Signal::KILL);
        // The signal is on its way for a moment, in which the server still seems to be there.
        let end = Instant::now() + READY;
        while fs::read_link(format!("/proc/{}/cwd", processes[0])).is_ok() {
            ensure!(Instant::now() < end, "the database outlived kill -9");
            sleep(Duration::from_millis(2));
        }
        self.site.ensure_database()
    }

    /// An error means that an earlier fault still keeps the database from answering.
    fn lock_table(&self, time: Duration) {
        let table = &self.app.table;
        let lock = format!(
            "BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep({}); COMMIT",
            time.as_secs_f64()
        );
        let _ = sql(&self.site.url, &lock);
    }

    fn terminate_connections(&self) {
        let terminate =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'pio %'";
        for _ in 0..5 {
            let _ = sql(&self.site.url, terminate);
            sleep(Duration::from_millis(30));
        }
    }

    fn fill_disk(&self, time: Duration) -> Result<()> {
        let file = self.site.on_disk("fill");
        // It ends with an error when the disk is full, which is what is wanted.
        let _ =
            Command::new("dd").args(["if=/dev/zero", "bs=1M"]).arg(format!("of={}", file.display())).output();
        sleep(time);
        fs::remove_file(&file)?;
        // A log that could not be written ends the database.
        self.site.ensure_database()
    }

    fn kill_front(&mut self) -> Result<Option<String>> {
        let Some(engine) = &mut self.site.engine else { return Ok(None) };
        let (front, worker) = (id(engine.server.id())?, engine.worker()?);
        signal(front, Signal::KILL);
        let end = Instant::now() + GRACE;
        while fs::read_link(format!("/proc/{worker}/cwd")).is_ok() {
            if Instant::now() > end {
                return Ok(Some("a worker outlived its server".to_owned()));
            }
            sleep(Duration::from_millis(20));
        }
        self.site.deploy_again()?;
        if let (Some(queries), Some(engine)) = (self.queries, &self.site.engine) {
            queries.url.write().unwrap_or_else(PoisonError::into_inner).clone_from(&engine.server.url);
        }
        Ok(None)
    }
}

fn freeze(processes: &[i32], time: Duration) -> Result<()> {
    ensure!(!processes.is_empty(), "nothing to freeze");
    for process in processes {
        signal(*process, Signal::STOP);
    }
    sleep(time);
    for process in processes {
        signal(*process, Signal::CONT);
    }
    Ok(())
}

/// Signals a process; one that has ended meanwhile needs none.
fn signal(process: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(process) {
        let _ = kill_process(pid, signal);
    }
}

fn id(process: u32) -> Result<i32> {
    Ok(i32::try_from(process)?)
}
