#![doc = include_str!("../README.md")]

pub mod body;
mod descriptors;
pub mod encoding;
pub mod limits;
pub mod serve;
mod timed;
