#![doc = include_str!("../README.md")]

pub mod body;
pub mod limits;
pub mod serve;
mod timed;
