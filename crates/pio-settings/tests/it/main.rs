//! What the environment means.

#![expect(clippy::unwrap_used, reason = "clippy sees helpers of tests as no tests")]

mod database;
mod environment;
mod memory;
mod repositories;
mod words;
