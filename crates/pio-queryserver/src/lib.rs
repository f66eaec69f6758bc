#![doc = include_str!("../README.md")]

mod answers;
mod app_state;
pub mod config;
pub mod errors;
mod feedback;
mod link;
mod metrics;
pub mod mounted_api;
mod page;
mod query;
pub mod serve;
mod start;
mod state;
mod supervisor;
pub mod worker;
