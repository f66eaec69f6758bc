//! The Event API on a port of its own.

use std::convert::Infallible;
use std::time::Duration;

use hyper::service::service_fn;
use pio_http::serve::Ended;
use pio_settings::database::DatabaseSettings;
use pio_storage::errors::StorageError;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::api::Api;
use crate::config::Config;

/// How long what was taken may take to be stored once all connections have ended.
const LAST_COMMITS: Duration = Duration::from_secs(2);

/// Serves the Event API on a listener until `shutdown` ends; then requests under way are finished, and every event that was taken is
/// stored. A runtime of one thread is enough.
///
/// # Errors
///
/// Where the certificates that the database's settings ask for cannot be read.
pub async fn serve(
    listener: TcpListener,
    database: &DatabaseSettings,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> Result<(), StorageError> {
    let limits = config.limits.of_connections();
    let (api, background) = Api::start(database, config)?;
    let connections = api.state.metrics.connections.clone();
    let draining = api.clone();
    let stop = async move {
        shutdown.await;
        draining.drain();
        tracing::info!("stopping: requests under way are finished");
    };
    let service = service_fn(move |request| {
        let api = api.clone();
        async move { Ok::<_, Infallible>(api.respond(request).await) }
    });
    if let Ended::Cut(count) = pio_http::serve::serve(listener, service, limits, connections, stop).await {
        tracing::warn!(count, "connections that did not end in time were cut off");
    }
    // The API is gone with the service and the end; the writer ends once it has stored what it holds.
    if timeout(LAST_COMMITS, background.finished()).await.is_err() {
        tracing::warn!(
            "the last commits did not end in time; their clients were not told that their events are stored"
        );
    }
    tracing::info!("stopped");
    Ok(())
}
