#![doc = include_str!("../README.md")]

pub mod engine;
pub mod files;
mod filter;
mod queue;
pub mod start;
pub mod stderr;
