//! How much memory a Java process may take in this container.

use std::path::{Path, PathBuf};

const MIB: u64 = 1024 * 1024;

/// Version 1 of cgroups writes a huge number where there is no limit.
const NO_LIMIT: u64 = 1024 * 1024 * MIB;

/// A container this small needs small stacks and few compiler threads too.
const SMALL: u64 = 512 * MIB;

/// What the container allows, and the heap and flags that fit into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryPlan {
    /// The container's limit in bytes; nothing where there is none.
    pub limit: Option<u64>,
    /// The heap in bytes; nothing where Java's own default (a quarter of the machine) is right.
    pub heap: Option<u64>,
    /// The flags for `java` that say so.
    pub flags: Vec<String>,
}

/// The plan for this process's container.
#[must_use]
pub fn plan() -> MemoryPlan {
    plan_for(limit_under(Path::new("/")))
}

/// The plan for a container with this limit in bytes: 300 MiB of 512, 671 MiB of 1024, four fifths of more, as Heroku's
/// own Java buildpack has it; in between and below in proportion.
#[must_use]
pub fn plan_for(limit: Option<u64>) -> MemoryPlan {
    let Some(limit) = limit else {
        return MemoryPlan { limit: None, heap: None, flags: Vec::new() };
    };
    let heap = match limit / MIB {
        0..=512 => limit / 512 * 300,
        513..=1024 => 300 * MIB + (limit - SMALL) / 512 * 371,
        _ => limit / 5 * 4,
    };
    let heap = heap.max(16 * MIB) / MIB * MIB;
    let mut flags = vec![format!("-Xmx{}m", heap / MIB)];
    if limit <= SMALL {
        flags.extend(["-Xss512k".to_owned(), "-XX:CICompilerCount=2".to_owned()]);
    }
    MemoryPlan { limit: Some(limit), heap: Some(heap), flags }
}

/// The limit of the process's control group in bytes, read below `root` (which is `/` outside tests): version 2 first, then
/// version 1. A group's limit also binds those in it, so the smallest on the way up counts.
#[must_use]
pub fn limit_under(root: &Path) -> Option<u64> {
    let groups = fs_err::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let unified = groups.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/");
    let version_2 = smallest(&root.join("sys/fs/cgroup"), unified, "memory.max");
    version_2.or_else(|| {
        let memory = groups.lines().find_map(memory_group).unwrap_or("/");
        smallest(&root.join("sys/fs/cgroup/memory"), memory, "memory.limit_in_bytes")
    })
}

/// The path of the memory controller's group in a line such as `4:memory:/docker/12ab`.
fn memory_group(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(':')?;
    let (controllers, path) = rest.split_once(':')?;
    controllers.split(',').any(|name| name == "memory").then_some(path)
}

/// The smallest limit from the group up to the mount's root. In a container the path may be the host's, and only the
/// mount's root is there; what cannot be read has no say.
fn smallest(mount: &Path, group: &str, file: &str) -> Option<u64> {
    let group: PathBuf = mount.join(group.trim_start_matches('/'));
    group
        .ancestors()
        .take_while(|folder| folder.starts_with(mount))
        .filter_map(|folder| read(&folder.join(file)))
        .min()
}

fn read(file: &Path) -> Option<u64> {
    let bytes: u64 = fs_err::read_to_string(file).ok()?.trim().parse().ok()?;
    (bytes > 0 && bytes < NO_LIMIT).then_some(bytes)
}
