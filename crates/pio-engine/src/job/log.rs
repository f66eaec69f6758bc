//! A job's log file in `$PIO_HOME/log`: the complete output of the JVM, and the details of its error.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pio_logging::files;

/// Number of log files that are kept.
const KEPT: usize = 40;

/// Counter in the file names: two jobs in the same second must not share a log.
static JOBS: AtomicU32 = AtomicU32::new(1);

/// A log file. Clones write to the same file.
#[derive(Debug, Clone)]
pub(super) struct JobLog {
    pub(super) path: PathBuf,
    file: Arc<Mutex<fs_err::File>>,
}

impl JobLog {
    /// Creates the log of a verb in PIO's home folder and removes old logs there. Falls back to the temporary
    /// folder.
    pub(super) fn create(home: &Path, verb: &str) -> std::io::Result<Self> {
        let time = chrono::Utc::now().format("%Y%m%dT%H%M%S");
        let number = JOBS.fetch_add(1, Ordering::Relaxed);
        let name = format!("{verb}-{time}-{}-{number}.log", std::process::id());
        let (file, path) = match in_home(&home.join("log"), &name) {
            Ok(log) => log,
            Err(_) => in_temporary_folder(&name)?,
        };
        Ok(Self { path, file: Arc::new(Mutex::new(file)) })
    }

    /// Appends a line. Write errors are ignored, because they must not fail the job.
    pub(super) fn line(&self, line: &str) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(file, "{line}");
    }
}

fn in_home(folder: &Path, name: &str) -> std::io::Result<(fs_err::File, PathBuf)> {
    files::folder(folder)?;
    prune(folder)?;
    let path = folder.join(name);
    Ok((files::create(&path)?, path))
}

fn in_temporary_folder(name: &str) -> std::io::Result<(fs_err::File, PathBuf)> {
    let (file, path) = tempfile::Builder::new()
        .prefix("pio-")
        .suffix(name)
        .tempfile()?
        .keep()
        .map_err(|error| error.error)?;
    Ok((fs_err::File::from_parts(file, &path), path))
}

/// Removes the oldest logs, and restricts the others to their owner: earlier versions left them readable for
/// everybody.
fn prune(folder: &Path) -> std::io::Result<()> {
    let mut logs = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "log") {
            logs.push((entry.metadata()?.modified()?, path));
        }
    }
    logs.sort();
    let (old, kept) = logs.split_at((logs.len() + 1).saturating_sub(KEPT).min(logs.len()));
    for (_, path) in old {
        // Another command may have just removed it.
        let _ = fs_err::remove_file(path);
    }
    for (_, path) in kept {
        // It may belong to another user, whose own command will restrict it.
        let _ = files::close_to_others(path);
    }
    Ok(())
}
