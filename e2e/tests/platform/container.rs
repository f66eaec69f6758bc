//! A container with little memory, as platforms limit it: a control group.

use std::path::{Path, PathBuf};

use fs_err as fs;

/// A control group with a limit; it is removed at the end.
pub(crate) struct Container {
    folder: PathBuf,
}

impl Container {
    /// One with so many MiB.
    pub(crate) fn new(mebibytes: u64) -> Self {
        let (parent, file) = parent();
        let folder = parent.join(format!("pio-test-{}-{mebibytes}", std::process::id()));
        fs::create_dir(&folder).expect("a control group");
        fs::write(folder.join(file), (mebibytes << 20).to_string()).expect("a limit");
        Self { folder }
    }

    /// Where a process writes its number to be in it.
    pub(crate) fn processes(&self) -> String {
        self.folder.join("cgroup.procs").display().to_string()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // One that is still in use cannot be removed, and takes no room.
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Where groups can be made, and the name of the file with the limit: version 1 of control groups, else version 2.
fn parent() -> (PathBuf, &'static str) {
    let version_1 = Path::new("/sys/fs/cgroup/memory");
    if version_1.is_dir() {
        return (version_1.to_owned(), "memory.limit_in_bytes");
    }
    (PathBuf::from("/sys/fs/cgroup"), "memory.max")
}
