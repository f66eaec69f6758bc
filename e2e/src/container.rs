//! A container with little memory, as platforms limit it: a control group.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

/// A control group with a limit; it is removed at the end.
#[derive(Debug)]
pub struct Container {
    folder: PathBuf,
    files: &'static Files,
}

/// Where groups can be made, and the names of their files.
#[derive(Debug)]
struct Files {
    parent: &'static str,
    limit: &'static str,
    most: &'static str,
}

const VERSION_1: Files = Files {
    parent: "/sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    most: "memory.max_usage_in_bytes",
};

const VERSION_2: Files = Files { parent: "/sys/fs/cgroup", limit: "memory.max", most: "memory.peak" };

impl Container {
    /// One with so many MiB.
    ///
    /// # Errors
    /// When this process may not make control groups: mostly because it is not root's.
    pub fn new(mebibytes: u64) -> io::Result<Self> {
        let files = if Path::new(VERSION_1.parent).is_dir() { &VERSION_1 } else { &VERSION_2 };
        let folder = Path::new(files.parent).join(format!("pio-test-{}-{mebibytes}", std::process::id()));
        fs::create_dir(&folder)?;
        let container = Self { folder, files };
        fs::write(container.folder.join(files.limit), (mebibytes << 20).to_string())?;
        Ok(container)
    }

    /// Where a process writes its number to be in it.
    #[must_use]
    pub fn processes(&self) -> String {
        self.folder.join("cgroup.procs").display().to_string()
    }

    /// The most MiB that its processes ever had together.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn most(&self) -> io::Result<u64> {
        let bytes = fs::read_to_string(self.folder.join(self.files.most))?;
        bytes.trim().parse().map(|bytes: u64| bytes >> 20).map_err(io::Error::other)
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // One that is still in use cannot be removed, and takes no room.
        let _ = fs::remove_dir(&self.folder);
    }
}
