//! The real `pio` binary with a real PostgreSQL, a private database for each test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod apps;
mod data;
mod engine;
mod engine_logs;
mod failures;
mod logging;
mod pio;
mod recorded;
mod servers;
mod storage;
mod usage;
mod words;
