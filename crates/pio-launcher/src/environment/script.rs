//! Sources a shell script and reads the variables it exports, whatever else the script does.

use std::fs::File;
use std::io::{ErrorKind, PipeReader, Read as _, Seek as _, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use pio_process::child::Child;
use pio_process::command::Command;
use rustix::fs::{MemfdFlags, OFlags, fcntl_setfl, memfd_create};

/// Time limit for a script. Platforms give a process one minute to bind its port.
pub(super) const TIME: Duration = Duration::from_secs(20);

/// Time limit for the script to end after it was asked to.
const GRACE: Duration = Duration::from_millis(500);

/// Polling interval while the script runs.
const POLL: Duration = Duration::from_millis(5);

/// Maximum number of bytes of output that are shown.
const SHOWN: usize = 64 * 1024;

/// Maximum number of bytes read at a time, so that a script that never stops printing cannot outlast its time
/// limit.
const AT_A_TIME: usize = 1024 * 1024;

/// Why a script's variables are not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("It ended with {0}.")]
    Failed(std::process::ExitStatus),
    /// The script ended its shell, so its exports could not be read.
    #[error(
        "It ended the shell before its own end, as `exit` and `exec` do. Use `return` where it is to end early."
    )]
    Ended,
    /// The script exceeded the time limit.
    #[error(
        "It did not end within {} seconds. A command that goes on must stand in the background: `command >/dev/null 2>&1 &`.",
        .0.as_secs()
    )]
    TooSlow(Duration),
    /// The shell could not be started or watched.
    #[error(transparent)]
    Process(#[from] pio_process::error::Error),
    /// A pipe or file operation failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Returns the environment after the script, in the format of `env -0`.
///
/// The script runs in its own shell, so variables that it does not export stay there. Its input is empty. Its
/// output goes to `talk` through a pipe. The variables go through a file in memory, so that processes left in
/// the background hold nothing that we wait for.
pub(super) fn exports(file: &Path, time: Duration, talk: &mut dyn Write) -> Result<String, Fault> {
    let folder = file.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let shell = if Path::new("/bin/bash").exists() { "/bin/bash" } else { "/bin/sh" };
    let mut variables = File::from(memory_file()?);
    let (printed, prints) = std::io::pipe()?;
    fcntl_setfl(&printed, OFlags::NONBLOCK).map_err(std::io::Error::from)?;
    let child = Command::new(shell)
        .named("config/pio-env.sh")
        .args(["-c", ". \"$0\" >&2; exec /usr/bin/env -0"])
        .arg(file)
        .current_dir(folder)
        .no_stdin()
        .stdout(variables.try_clone()?)
        .stderr(prints)
        .own_group()
        .spawn()?;
    let status = watch(child, Talk { printed, shown: 0, out: talk }, time)?;
    if !status.success() {
        return Err(Fault::Failed(status));
    }
    variables.rewind()?;
    let mut text = Vec::new();
    variables.read_to_end(&mut text)?;
    if text.is_empty() { Err(Fault::Ended) } else { Ok(String::from_utf8_lossy(&text).into_owned()) }
}

fn memory_file() -> std::io::Result<std::os::fd::OwnedFd> {
    Ok(memfd_create("pio-environment", MemfdFlags::CLOEXEC)?)
}

/// Waits for the shell. After the time limit it ends the shell and everything that the script started.
fn watch(mut child: Child, mut talk: Talk<'_>, time: Duration) -> Result<std::process::ExitStatus, Fault> {
    let limit = Instant::now() + time;
    loop {
        talk.pass_on();
        if let Some(status) = child.try_wait()? {
            talk.pass_on();
            return Ok(status);
        }
        if Instant::now() > limit {
            child.terminate(GRACE)?;
            return Err(Fault::TooSlow(time));
        }
        std::thread::sleep(POLL);
    }
}

struct Talk<'a> {
    printed: PipeReader,
    shown: usize,
    out: &'a mut dyn Write,
}

impl Talk<'_> {
    /// Forwards new output. Write errors are ignored: they must not stop the process.
    fn pass_on(&mut self) {
        let (mut buffer, mut read) = ([0; 8192], 0);
        while read < AT_A_TIME {
            match self.printed.read(&mut buffer) {
                Ok(0) => return,
                Ok(length) => {
                    read += length;
                    self.show(&buffer[..length]);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    fn show(&mut self, bytes: &[u8]) {
        let before = self.shown;
        self.shown += bytes.len();
        let part = &bytes[..bytes.len().min(SHOWN.saturating_sub(before))];
        let _ = self.out.write_all(part);
        if before <= SHOWN && self.shown > SHOWN {
            let _ = writeln!(self.out, "\nconfig/pio-env.sh prints more than is shown here.");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Fault, SHOWN, TIME, exports};

    /// Sources a script whose background processes create the file `late` when they end. Also returns whether
    /// they were waited for.
    fn run(script: &str, time: Duration) -> (Result<String, Fault>, bool) {
        let app = tempfile::tempdir().unwrap();
        let file = app.path().join("config/pio-env.sh");
        fs_err::create_dir(app.path().join("config")).unwrap();
        fs_err::write(&file, script).unwrap();
        let mut talk = Vec::new();
        let exports = exports(&file, time, &mut talk);
        assert!(talk.len() <= SHOWN + 100, "{script} fills the log");
        (exports, app.path().join("late").exists())
    }

    #[test]
    fn whatever_a_script_does_its_exports_are_read() {
        for script in [
            "(sleep 60; touch late) & export A=1",
            "f() { sleep 60; touch late; }; f & export A=1",
            "nohup sh -c 'sleep 60; touch late' & disown; export A=1",
            "exec 3>&1 4<&0 5>&2; (sleep 60; touch late) & export A=1",
            "cat; read x; export A=1",
            "head -c 3000000 /dev/zero | tr '\\0' x; export A=1",
            "readonly B=2; export A=1; readonly A",
            "set -- x y; shift; export A=1",
            "exec >/dev/null; export A=1",
            "exec 2>&-; export A=1",
            "export A=1; return 0; export A=2",
            "export A=1; false",
            "set -e; export A=1",
        ] {
            let (text, waited) = run(script, TIME);
            assert!(!waited, "{script}: its background was waited for");
            let text = text.unwrap_or_else(|fault| panic!("{script}: {fault}"));
            assert!(text.split('\0').any(|line| line == "A=1"), "{script}: {text}");
        }
    }

    #[test]
    fn a_script_that_never_ends_is_ended_with_all_its_processes() {
        for script in ["sleep 1000", "while :; do :; done", "yes", "trap '' TERM; while :; do sleep 1; done"]
        {
            let fault = run(script, Duration::from_millis(300)).0.unwrap_err();
            assert!(matches!(fault, Fault::TooSlow(_)), "{script}: {fault}");
        }
    }

    #[test]
    fn a_script_that_ends_its_shell_is_told() {
        for script in ["exit 0", "exec true", "export A=1; exec sleep 0"] {
            assert!(matches!(run(script, TIME).0, Err(Fault::Ended)), "{script}");
        }
        for script in ["exit 3", "set -e; false", "set -u; echo $NOT_SET", "exec false", "kill -9 $$"] {
            assert!(matches!(run(script, TIME).0, Err(Fault::Failed(_))), "{script}");
        }
    }
}
