#![doc = include_str!("../README.md")]

pub mod advice;
pub mod app;
pub mod commands;
pub mod config;
pub mod environment;
pub mod errors;
pub mod hooks;
pub mod log;
pub mod release;
pub mod role;
pub mod run;
pub mod secrets;
pub mod spark;
pub mod usage;
