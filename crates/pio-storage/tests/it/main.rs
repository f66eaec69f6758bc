//! The storage against a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "clippy sees helpers of tests as no tests")]

mod access_keys;
mod apps;
mod changes;
mod embedded;
mod events;
mod faults;
mod filters;
mod import;
mod indexes;
mod instances;
mod many;
mod migration;
mod names;
mod pooler;
mod sample;
mod tls;
