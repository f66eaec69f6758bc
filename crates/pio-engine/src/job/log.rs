//! A job's log file below `$PIO_HOME/log`: everything the JVM printed, and details of its error.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How many logs are kept.
const KEPT: usize = 40;

/// A log file. Copies write to the same file.
#[derive(Debug, Clone)]
pub(super) struct JobLog {
    /// Where it is.
    pub(super) path: PathBuf,
    file: Arc<Mutex<fs_err::File>>,
}

impl JobLog {
    /// Begins a log for a verb. The newest logs are kept.
    pub(super) fn create(home: &Path, verb: &str) -> std::io::Result<Self> {
        let folder = home.join("log");
        fs_err::create_dir_all(&folder)?;
        prune(&folder)?;
        let time = chrono::Utc::now().format("%Y%m%dT%H%M%S");
        let path = folder.join(format!("{verb}-{time}-{}.log", std::process::id()));
        let file = Arc::new(Mutex::new(fs_err::File::create(&path)?));
        Ok(Self { path, file })
    }

    /// Adds a line. That a log cannot be written is no reason to fail.
    pub(super) fn line(&self, line: &str) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(file, "{line}");
    }
}

/// Removes the oldest logs.
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
    for (_, path) in logs.iter().take((logs.len() + 1).saturating_sub(KEPT)) {
        // Another command may have removed it just now.
        let _ = fs_err::remove_file(path);
    }
    Ok(())
}
