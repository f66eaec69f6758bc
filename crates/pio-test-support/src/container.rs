//! A container with little memory, as platforms limit it: a control group.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::{fs, io};

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
    events: &'static str,
}

const VERSION_1: Files = Files {
    parent: "/sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    most: "memory.max_usage_in_bytes",
    events: "memory.oom_control",
};

const VERSION_2: Files =
    Files { parent: "/sys/fs/cgroup", limit: "memory.max", most: "memory.peak", events: "memory.events" };

impl Container {
    /// One with so many MiB.
    ///
    /// # Errors
    /// When this process may not make control groups: mostly because it is not root's.
    pub fn new(mebibytes: u64) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let files = if Path::new(VERSION_1.parent).is_dir() { &VERSION_1 } else { &VERSION_2 };
        let name = format!("pio-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let folder = Path::new(files.parent).join(name);
        fs::create_dir(&folder)?;
        let container = Self { folder, files };
        fs::write(container.folder.join(files.limit), (mebibytes << 20).to_string())?;
        // So that what does not fit is not put on disk instead. Not every kernel has the file.
        let _ = fs::write(container.folder.join("memory.swap.max"), "0");
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

    /// How many of its processes the kernel has killed because they wanted more.
    ///
    /// # Errors
    /// When the kernel does not tell.
    pub fn kills(&self) -> io::Result<u64> {
        let text = fs::read_to_string(self.folder.join(self.files.events))?;
        let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
        count.and_then(|count| count.parse().ok()).ok_or_else(|| io::Error::other("no count of kills"))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // One that is still in use cannot be removed, and takes no room.
        let _ = fs::remove_dir(&self.folder);
    }
}
