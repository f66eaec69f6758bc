//! The command lines of a standalone Spark cluster.

use std::path::PathBuf;

use pio_process::command::Command;
use pio_settings::{env, vars};

use crate::closure::Closure;
use crate::errors::ClosureError;
use crate::jvm;

/// The heap of a master or worker process itself; jobs run in processes of their own.
const DAEMON_HEAP: &str = "-Xmx256m";

/// A standalone master.
#[derive(Debug, Clone)]
pub struct Master {
    /// The name or address that workers and drivers use.
    pub host: String,
    /// The port of `spark://`.
    pub port: u16,
    /// The port of the page for people.
    pub webui_port: u16,
    /// More flags of its JVM, such as `-Dspark.deploy.…`.
    pub java_options: Vec<String>,
}

/// A standalone worker.
#[derive(Debug, Clone)]
pub struct Worker {
    /// The master or masters, as `spark://host:port,host:port`.
    pub master: String,
    /// The name or address that the master and executors use; Spark finds one itself where this is absent.
    pub host: Option<String>,
    /// How many cores it offers; all where this is absent.
    pub cores: Option<usize>,
    /// How much memory it offers, such as `2g`; the machine's less 1 GiB where this is absent.
    pub memory: Option<String>,
    /// The port on which it listens; any free one where this is absent.
    pub port: Option<u16>,
    /// The port of the page for people.
    pub webui_port: u16,
    /// The folder for the jars and logs of applications.
    pub work_dir: PathBuf,
    /// More flags of its JVM.
    pub java_options: Vec<String>,
}

impl Master {
    /// The command that starts this master.
    ///
    /// # Errors
    /// When the closure is incomplete.
    pub fn command(&self, closure: &Closure) -> Result<Command, ClosureError> {
        Ok(daemon(closure, &self.java_options, "org.apache.spark.deploy.master.Master")?
            .named("the Spark master")
            .args(["--host", &self.host])
            .args(["--port", &self.port.to_string()])
            .args(["--webui-port", &self.webui_port.to_string()]))
    }
}

impl Worker {
    /// The command that starts this worker. Its executors inherit its environment, so that holds no secret.
    ///
    /// # Errors
    /// When the closure is incomplete.
    pub fn command(&self, closure: &Closure) -> Result<Command, ClosureError> {
        let mut command = daemon(closure, &self.java_options, "org.apache.spark.deploy.worker.Worker")?
            .named("the Spark worker")
            .args(["--webui-port", &self.webui_port.to_string()])
            .arg("--work-dir")
            .arg(&self.work_dir);
        if let Some(host) = &self.host {
            command = command.args(["--host", host]);
        }
        if let Some(port) = self.port {
            command = command.args(["--port", &port.to_string()]);
        }
        if let Some(cores) = self.cores {
            command = command.args(["--cores", &cores.to_string()]);
        }
        if let Some(memory) = &self.memory {
            command = command.args(["--memory", memory]);
        }
        Ok(command.arg(&self.master))
    }
}

/// A JVM of Spark's own jars. `SPARK_HOME` and the Scala version are for its executors, which without them look for a build folder.
fn daemon(closure: &Closure, java_options: &[String], class: &str) -> Result<Command, ClosureError> {
    let mut command = jvm::spark(closure)?
        .args(jvm::spark_flags(closure))
        .args(jvm::archive_flags(closure))
        .args([DAEMON_HEAP, "-XX:+UseSerialGC"])
        .args(java_options)
        .arg("-cp")
        .arg(jvm::class_path(closure, &closure.class_path()?))
        .arg(class)
        .env(vars::JAVA_HOME, closure.root.join(crate::closure::JAVA))
        .env(vars::SPARK_HOME, &closure.root)
        .env(vars::SPARK_SCALA_VERSION, "2.12");
    let links = env::service_links();
    let sources = env::storage_secrets();
    let unwanted = vars::SECRETS.iter().chain(vars::SPARK_DAEMON_SETTINGS).copied();
    for name in unwanted.chain(links.iter().chain(&sources).map(String::as_str)) {
        command = command.env_remove(name);
    }
    Ok(command)
}
