//! Serves the page of a master that runs in another process, for platforms where only the web process has a
//! port.

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::auth::Credentials;
use super::{masters, proxy};
use crate::config::Config;
use crate::errors::Error;
use crate::log;

/// Serves the first master's page until the platform ends the process.
///
/// # Errors
/// When there is no port, or the masters are unknown.
pub fn run(config: &Config) -> Result<(), Error> {
    let port = config.port.ok_or(Error::NoPort)?;
    let masters = masters::from_env()?;
    let host = masters.first().ok_or(Error::NoMasters)?;
    let page_port = super::master_page_port()?;
    let backend = format!("{}:{page_port}", host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name));
    log::step(format_args!("The page of the Spark master at {backend}, on port {port}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("0.0.0.0", port)).await?;
        let mut terminate = signal(SignalKind::terminate())?;
        let shutdown = async move {
            terminate.recv().await;
        };
        proxy::serve(listener, backend, Credentials::from_env(), shutdown).await;
        Ok(())
    })
}
