#![doc = include_str!("../README.md")]

pub mod cluster;
pub mod database;
pub mod engine;
pub mod http;
pub mod pio;
pub mod ratings;
pub mod server;
