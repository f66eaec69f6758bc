//! Where a platform runs what it is given: as a user without rights, with an environment of its own, without network if asked.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use fs_err as fs;
use pio_process::command::Command;
use tempfile::TempDir;
use walkdir::WalkDir;

/// The user of builds and of processes: in nobody's group, owner of nothing else.
const USER: u32 = 65534;

/// A folder that belongs to the user of the jail.
pub(crate) struct Jail {
    folder: TempDir,
}

/// How a program in the jail ended.
pub(crate) struct Ended {
    pub(crate) success: bool,
    pub(crate) output: String,
}

/// Where a program finds itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// On this machine.
    Open,
    /// Where no other machine can be reached.
    Offline,
    /// On the machine of this name in a private network.
    Machine(&'a str),
    /// In the control group that has this list of processes.
    Container(&'a str),
}

impl Jail {
    pub(crate) fn new() -> Self {
        assert!(is_root(), "these tests change users and networks as platforms do: run them as root");
        let folder = tempfile::Builder::new().prefix("platform-").tempdir().expect("a folder");
        let jail = Self { folder };
        Self::give(jail.folder.path());
        jail
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a folder of the jail.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).expect("a folder");
        Self::give(&path);
        path
    }

    /// Makes the user of the jail the owner of a folder with all that is in it.
    pub(crate) fn give(folder: &Path) {
        for entry in WalkDir::new(folder) {
            let entry = entry.expect("an entry");
            std::os::unix::fs::lchown(entry.path(), Some(USER), Some(USER)).expect("another owner");
        }
        fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("other permissions");
    }

    /// A program, not started yet.
    pub(crate) fn command(
        words: &[&str],
        folder: &Path,
        variables: &BTreeMap<String, String>,
        place: Place,
    ) -> Command {
        let user = format!("--reuid={USER}");
        let group = format!("--regid={USER}");
        let mut line: Vec<&str> = Vec::new();
        match place {
            Place::Open => {}
            // The loopback interface of a new network is down until someone raises it.
            Place::Offline => {
                line.extend(["unshare", "--net", "sh", "-c", "ip link set lo up; exec \"$@\"", "sh"]);
            }
            Place::Machine(name) => line.extend(["ip", "netns", "exec", name]),
            Place::Container(list) => {
                line.extend(["sh", "-c", "echo $$ > \"$0\"; exec \"$@\"", list]);
            }
        }
        line.extend(["setpriv", &user, &group, "--clear-groups", "--no-new-privs", "--"]);
        line.extend(words);
        Command::new(line[0])
            .args(&line[1..])
            .current_dir(folder)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env("LANG", "C.UTF-8")
            .envs(variables)
            .no_stdin()
    }

    /// Runs a program to its end.
    pub(crate) fn run(
        words: &[&str],
        folder: &Path,
        variables: &BTreeMap<String, String>,
        place: Place,
    ) -> Ended {
        let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = std::sync::Arc::clone(&lines);
        let command = Self::command(words, folder, variables, place);
        let listener = move |_, line: &str| heard.lock().expect("no panic").push(line.to_owned());
        let mut child = command.on_line(listener).spawn().expect("a child");
        let success = child.wait().expect("an end").success();
        drop(child.tail());
        let output = lines.lock().expect("no panic").join("\n");
        Ended { success, output }
    }
}

impl Ended {
    /// Insists on success.
    pub(crate) fn ok(self) -> String {
        assert!(self.success, "{}", self.output);
        self.output
    }

    /// Insists on a failure that says what to do, in the platform's style and without a stack trace.
    pub(crate) fn refused(self, words: &[&str]) -> String {
        assert!(!self.success, "this should have failed:\n{}", self.output);
        for word in words.iter().chain(&["What to do:", "1. "]) {
            assert!(self.output.contains(word), "{word:?} is missing in:\n{}", self.output);
        }
        let trace = self
            .output
            .lines()
            .find(|line| line.contains("panicked at") || line.trim().starts_with("at java."));
        assert_eq!(trace, None, "{}", self.output);
        self.output
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0)
}
