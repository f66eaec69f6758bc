//! A standalone Spark cluster in a private network: masters, workers, and the master's page on the web.

pub mod auth;
pub mod master;
pub mod masters;
pub mod proxy;
pub mod recovery;
pub mod web;
pub mod worker;

/// The port on which masters listen for workers and applications.
pub const MASTER_PORT: u16 = 7077;

/// The port of a master's page within the private network.
pub const MASTER_PAGE_PORT: u16 = 8080;

/// The port of a worker's page within the private network.
pub const WORKER_PAGE_PORT: u16 = 8081;
