//! The storage against a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "clippy sees helpers of tests as no tests")]

mod access_keys;
mod apps;
mod changes;
mod events;
mod sample;
