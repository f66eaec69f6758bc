#![doc = include_str!("../README.md")]

pub mod child;
pub mod child_async;
pub mod command;
pub mod error;
pub mod output;
pub mod private_file;
mod signal;
pub mod stdout;
