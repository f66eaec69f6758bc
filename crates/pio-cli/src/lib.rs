#![doc = include_str!("../README.md")]

pub mod cli;
pub mod console;
mod database;
mod errors;
mod output;
mod runtime;
mod support;
mod verbs;
