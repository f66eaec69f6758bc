//! How much memory the processes of this container may take.

pub mod kills;
pub mod server;

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

/// The plan for a server in this process's container.
#[must_use]
pub fn of_server(server: server::Server) -> server::ServerPlan {
    server::server_plan(server, limit_under(Path::new("/")))
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
    in_groups(root, "memory.max", "memory.limit_in_bytes", read).min()
}

/// What is read of this file of version 2 in the process's group and those above it, else of this file of version 1.
fn in_groups(
    root: &Path,
    version_2: &str,
    version_1: &str,
    read: impl Fn(&Path) -> Option<u64>,
) -> impl Iterator<Item = u64> {
    let groups = fs_err::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let unified = groups.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/");
    let mut found = upwards(&root.join("sys/fs/cgroup"), unified, version_2, &read);
    if found.is_empty() {
        let memory = groups.lines().find_map(memory_group).unwrap_or("/");
        found = upwards(&root.join("sys/fs/cgroup/memory"), memory, version_1, &read);
    }
    found.into_iter()
}

/// The path of the memory controller's group in a line such as `4:memory:/docker/12ab`.
fn memory_group(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(':')?;
    let (controllers, path) = rest.split_once(':')?;
    controllers.split(',').any(|name| name == "memory").then_some(path)
}

/// What is read of a file from the group up to the mount's root. In a container the path may be the host's, and only the
/// mount's root is there; what cannot be read has no say.
fn upwards(mount: &Path, group: &str, file: &str, read: impl Fn(&Path) -> Option<u64>) -> Vec<u64> {
    let group: PathBuf = mount.join(group.trim_start_matches('/'));
    let folders = group.ancestors().take_while(|folder| folder.starts_with(mount));
    folders.filter_map(|folder| read(&folder.join(file))).collect()
}

fn read(file: &Path) -> Option<u64> {
    let bytes: u64 = fs_err::read_to_string(file).ok()?.trim().parse().ok()?;
    (bytes > 0 && bytes < NO_LIMIT).then_some(bytes)
}
