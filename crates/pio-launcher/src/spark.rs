//! A standalone Spark cluster in a private network: masters, workers, and the master's web page.

pub mod auth;
pub mod master;
pub mod masters;
pub mod proxy;
pub mod recovery;
pub mod web;
pub mod worker;

use pio_settings::setting::SettingError;
use pio_settings::{env, vars};

/// The port where masters listen for workers and applications.
const MASTER_PORT: u16 = 7077;

/// The port of a master's web page in the private network.
const MASTER_PAGE_PORT: u16 = 8080;

/// The port of a worker's web page in the private network.
const WORKER_PAGE_PORT: u16 = 8081;

fn master_port() -> Result<u16, SettingError> {
    Ok(env::port(vars::SPARK_MASTER_PORT)?.unwrap_or(MASTER_PORT))
}

fn master_page_port() -> Result<u16, SettingError> {
    Ok(env::port(vars::SPARK_MASTER_WEBUI_PORT)?.unwrap_or(MASTER_PAGE_PORT))
}

fn worker_page_port() -> Result<u16, SettingError> {
    Ok(env::port(vars::SPARK_WORKER_WEBUI_PORT)?.unwrap_or(WORKER_PAGE_PORT))
}
