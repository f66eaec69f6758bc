//! How many connections the system lets this process have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than any server here needs.
const ENOUGH: u64 = 16 * 1024;

/// What a server needs for the database, its log, its children and the like.
const RESERVED: u64 = 64;

/// Raises the limit of file descriptors as far as this process may and needs, and tells how many connections that leaves.
/// Where servers start it is often 1,024, and whoever finds none left can reach no database either.
pub(crate) fn for_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let now = limit.current.unwrap_or(ENOUGH);
    let raised = now < most
        && setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: limit.maximum }).is_ok();
    let left = if raised { most } else { now }.saturating_sub(RESERVED).max(1);
    usize::try_from(left).unwrap_or(usize::MAX)
}
