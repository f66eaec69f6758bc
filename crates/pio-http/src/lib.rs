#![doc = include_str!("../README.md")]

pub mod body;
pub mod budget;
pub mod client;
mod connection;
pub mod connections;
mod descriptors;
pub mod encoding;
mod framing;
pub mod limits;
mod linger;
pub mod metrics;
pub mod peer;
pub mod serve;
pub mod sliced;
mod timed;
