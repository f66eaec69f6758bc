//! `pio eventserver`.

use anyhow::{Context as _, Result};
use pio_eventserver::config::{Config, Limits};
use pio_logging::start::{self, Program};
use pio_settings::memory::{self, server::Server};
use tokio::net::TcpListener;

use crate::cli::Common;
use crate::cli::servers::EventServer;
use crate::errors::ConsoleError;
use crate::{database, runtime};

pub(crate) fn run(common: &Common, args: &EventServer) -> Result<()> {
    start::start(Program::Server, common.verbose);
    let settings = database::settings()?;
    runtime::single()?.block_on(async {
        let shutdown = runtime::asked_to_end()?;
        // The server waits for a database that fails later. If it fails at the start, its URL is probably
        // wrong.
        drop(database::connect(&settings).await?);
        let listener = bind(&args.ip, args.port).await?;
        tracing::info!(address = %listener.local_addr()?, "the event server listens");
        let limits = Limits::within(&memory::of_server(Server::Events));
        let config = Config { stats: args.stats, limits, ..Config::default() };
        pio_eventserver::server::serve(listener, &settings, config, shutdown)
            .await
            .with_context(|| database::place(&settings))
    })
}

pub(crate) async fn bind(ip: &str, port: u16) -> Result<TcpListener, ConsoleError> {
    TcpListener::bind((ip, port)).await.map_err(|source| bind_error(ip, port, source))
}

/// The error for a port that could not be bound.
pub(crate) fn bind_error(ip: &str, port: u16, source: std::io::Error) -> ConsoleError {
    let address = if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") };
    ConsoleError::Bind { address, source }
}
