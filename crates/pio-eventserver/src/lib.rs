#![doc = include_str!("../README.md")]

mod access;
pub mod api;
mod auth;
mod body;
pub mod config;
mod errors;
pub mod event;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
mod metrics;
mod openapi;
pub mod plugins;
mod query;
mod requests;
pub mod respond;
mod routes;
pub mod server;
mod startup;
mod stats;
pub mod tasks;
mod time;
pub mod webhooks;
mod writer;
