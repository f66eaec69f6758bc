#![doc = include_str!("../README.md")]

pub mod annex;
mod answers;
pub mod config;
pub mod errors;
mod feedback;
mod front;
mod lines;
mod link;
mod messages;
mod metrics;
mod page;
mod query;
pub mod serve;
mod start;
mod state;
mod supervisor;
pub mod worker;
