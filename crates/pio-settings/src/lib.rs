#![doc = include_str!("../README.md")]

pub mod database;
pub mod dirs;
pub mod env;
pub mod event_server;
pub mod installation;
pub mod memory;
pub mod redact;
pub mod secret;
pub mod setting;
pub mod vars;
pub mod words;
