#![doc = include_str!("../README.md")]

pub mod database;
pub mod dirs;
pub mod env;
pub mod memory;
pub mod secret;
pub mod vars;
pub mod words;
