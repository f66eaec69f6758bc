//! A Spark worker, which offers the resources of its dyno.

use pio_closure::closure::Closure;
use pio_closure::cluster::Worker;
use pio_process::command::Command;
use pio_process::error::Error as ProcessError;
use pio_settings::{env, memory, vars};

use super::{master, masters};
use crate::errors::Error;
use crate::log;
use crate::run;

const MIB: u64 = 1024 * 1024;

/// Memory used by the worker's own JVM.
const DAEMON: u64 = 384 * MIB;

/// Cleanup: files left by applications would fill a dyno's small disk. Host name lookup: a replaced master
/// has a new address under the same name, so the old address must not be cached.
const OPTIONS: &[&str] = &[
    "-Dspark.worker.cleanup.enabled=true",
    "-Dspark.worker.cleanup.appDataTtl=3600",
    "-Dspark.worker.preferConfiguredMasterAddress=true",
    "-Dsun.net.inetaddr.ttl=10",
];

/// Runs the worker to its end.
///
/// # Errors
/// When the masters are unknown, or the worker cannot be started or fails.
pub fn run() -> Result<(), Error> {
    if is_nameless() {
        return Err(Error::NamelessUser);
    }
    let master = masters::url(&masters::from_env()?);
    let cores = env::count(vars::SPARK_WORKER_CORES)?;
    let cores = cores.or_else(|| std::thread::available_parallelism().ok().map(usize::from));
    let limit = memory::plan().limit;
    let memory = env::memory(vars::SPARK_WORKER_MEMORY)?.or_else(|| limit.map(offered));
    log::step(format_args!(
        "Spark worker for {master}, offering {} cores and {}",
        cores.map_or_else(|| "all".to_owned(), |cores| cores.to_string()),
        memory.as_deref().unwrap_or("the machine's memory less 1 GB"),
    ));
    let mut java_options = master::page_options();
    java_options.extend(OPTIONS.iter().map(|&option| option.to_owned()));
    let worker = Worker {
        master,
        host: env::get(vars::SPARK_LOCAL_IP).or_else(|| env::get(vars::HEROKU_PRIVATE_IP)),
        cores,
        memory,
        port: env::port(vars::SPARK_WORKER_PORT)?,
        webui_port: super::worker_page_port()?,
        work_dir: std::env::temp_dir().join(format!("spark-work-{}", std::process::id())),
        java_options,
    };
    run::spark("worker", worker.command(&Closure::locate()?)?)
}

/// Whether this process's user has no name. The system's `id` is asked, because this program may be linked
/// statically and then cannot look up all users.
fn is_nameless() -> bool {
    let asked = Command::new("id").arg("-un").no_stdin().captured().run();
    matches!(asked, Err(ProcessError::Failed { .. }))
}

/// Heap available to all executors: the memory not used by the worker, minus a fifth for Java's memory
/// outside the heap.
fn offered(limit: u64) -> String {
    let heap = (limit.saturating_sub(DAEMON) / 5 * 4).max(128 * MIB);
    format!("{}m", heap / MIB)
}

#[cfg(test)]
mod tests {
    use super::{MIB, offered};

    #[test]
    fn executors_get_what_the_worker_leaves() {
        assert_eq!(offered(1024 * MIB), "512m");
        assert_eq!(offered(14 * 1024 * MIB), "11161m");
        assert_eq!(offered(256 * MIB), "128m");
    }
}
