#![doc = include_str!("../README.md")]

pub mod build;
pub mod build_event;
pub mod console;
pub mod engine;
pub mod errors;
pub mod instance;
pub mod job;
pub mod log;
pub mod template;
mod text;
pub mod variant;
