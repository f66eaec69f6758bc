//! Whether the kernel has killed processes because there was no memory left.

use std::path::Path;

use super::in_groups;

/// How many processes the kernel has killed for want of memory until now; nothing where that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kills {
    container: Option<u64>,
    machine: Option<u64>,
}

/// Why a process may have been killed in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillCause {
    /// This container had no memory left.
    Memory,
    /// Not for want of memory: the kernel has killed nothing.
    Other,
    /// The kernel has killed something on this machine, or does not say.
    Unknown,
}

impl Kills {
    /// Counts as they are now.
    #[must_use]
    pub fn now() -> Self {
        Self::under(Path::new("/"))
    }

    /// Counts read below `root`, which is `/` outside tests.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        let container = in_groups(root, "memory.events", "memory.oom_control", count).next();
        Self { container, machine: count(&root.join("proc/vmstat")) }
    }

    /// What these counts and later ones say together.
    #[must_use]
    pub fn reason(&self, later: &Self) -> KillCause {
        if later.container > self.container && self.container.is_some() {
            return KillCause::Memory;
        }
        match (self.machine, later.machine) {
            (Some(before), Some(after)) if before == after => KillCause::Other,
            _ => KillCause::Unknown,
        }
    }
}

/// The number in a line `oom_kill 3`.
fn count(file: &Path) -> Option<u64> {
    let text = fs_err::read_to_string(file).ok()?;
    text.lines().find_map(|line| line.strip_prefix("oom_kill "))?.trim().parse().ok()
}
