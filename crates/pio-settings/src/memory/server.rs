//! How the memory of a server's process is shared out.

use super::MIB;

/// What a server needs before its first client comes.
const AT_REST: u64 = 12 * MIB;

/// What a connection costs on which nothing is under way: its task, its socket, and what the kernel keeps of both.
const IDLE_CONNECTION: u64 = 5 * 1024;

/// What one costs whose request is read or answered, beside its body: the buffers of HTTP.
const ACTIVE_CONNECTION: u64 = 40 * 1024;

/// How many bytes a byte of a small body becomes until it is stored or answered: its text, its events, and a statement with many others.
const COST_OF_SMALL: u64 = 6;

/// The same of a large body, as a quarter: its text, the copy for the database or the worker, and what is being sent.
const COST_OF_LARGE: u64 = 13;

/// The largest body that every server takes.
const LARGEST: u64 = 8 * MIB + MIB / 4;

/// Which process it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// An event server, which has its container for itself.
    Events,
    /// The front of an engine, beside the JVM that has the larger part.
    Front,
}

/// The shares of one server's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerPlan {
    /// What the process may use; nothing where there is no limit.
    pub memory: Option<u64>,
    /// How many connections may be open.
    pub connections: usize,
    /// How many of them may have a request under way.
    pub active: usize,
    /// How many bytes of small bodies may be under way.
    pub small: usize,
    /// How many bytes of large bodies and large answers may be under way.
    pub large: usize,
    /// How many bytes the system may keep of what a connection sends or receives; nothing where it decides itself.
    pub socket_buffer: Option<usize>,
}

/// The plan for this server in a container with this limit in bytes.
#[must_use]
pub fn server_plan(server: Server, limit: Option<u64>) -> ServerPlan {
    let generous = ServerPlan {
        memory: None,
        connections: 4096,
        active: 4096,
        small: bytes(16 * MIB),
        large: bytes(match server {
            Server::Events => 10 * MIB,
            Server::Front => 64 * MIB,
        }),
        socket_buffer: None,
    };
    let Some(limit) = limit else { return generous };
    let memory = match server {
        Server::Events => limit,
        // The JVM has its heap by a plan of its own, and needs as much as this once more for classes, code and threads.
        Server::Front => (limit / 8).max(64 * MIB),
    };
    // An eighth is for what the allocator cannot give back.
    let shared = (memory / 8 * 7).saturating_sub(AT_REST);
    let large = (shared / 2 * 4 / COST_OF_LARGE).max(LARGEST);
    let rest = shared.saturating_sub(large * COST_OF_LARGE / 4);
    ServerPlan {
        memory: Some(memory),
        connections: count(rest * 9 / 20 / IDLE_CONNECTION, 64, generous.connections),
        active: count(rest * 7 / 20 / ACTIVE_CONNECTION, 16, generous.active),
        small: bytes((rest / 5 / COST_OF_SMALL).max(MIB / 4)).min(generous.small),
        large: bytes(large).min(generous.large),
        socket_buffer: Some(if memory < 256 * MIB { 32 * 1024 } else { 128 * 1024 }),
    }
}

fn count(count: u64, least: usize, most: usize) -> usize {
    usize::try_from(count).unwrap_or(most).clamp(least, most)
}

fn bytes(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{
        ACTIVE_CONNECTION, AT_REST, COST_OF_LARGE, COST_OF_SMALL, IDLE_CONNECTION, LARGEST, MIB, Server,
        server_plan,
    };

    #[test]
    fn the_shares_fit_into_the_container_together() {
        for mebibytes in [64, 96, 128, 256, 512, 1024, 4096] {
            let plan = server_plan(Server::Events, Some(mebibytes * MIB));
            let sum = AT_REST
                + plan.connections as u64 * IDLE_CONNECTION
                + plan.active as u64 * ACTIVE_CONNECTION
                + plan.small as u64 * COST_OF_SMALL
                + plan.large as u64 * COST_OF_LARGE / 4;
            assert!(sum <= mebibytes * MIB / 8 * 7 + MIB, "{mebibytes} MiB: {sum} in {plan:?}");
            assert!(plan.large as u64 >= LARGEST, "{plan:?}");
        }
    }

    #[test]
    fn a_front_leaves_the_larger_part_to_its_worker() {
        assert_eq!(server_plan(Server::Front, Some(512 * MIB)).memory, Some(64 * MIB));
        assert_eq!(server_plan(Server::Front, Some(2048 * MIB)).memory, Some(256 * MIB));
        assert_eq!(server_plan(Server::Front, None).memory, None);
    }
}
