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
use crate::tasks::{Background, TaskEnded};

/// How long what was taken may take to be stored once all connections have ended.
const LAST_COMMITS: Duration = Duration::from_secs(2);

/// Why a server ended that was not asked to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It could not be started.
    #[error(transparent)]
    Start(#[from] StorageError),
    /// It lost a part of itself.
    #[error(transparent)]
    Task(#[from] TaskEnded),
}

/// Serves the Event API on a listener until `shutdown` ends; then requests under way are finished, and every event that was taken is
/// stored. A runtime of one thread is enough.
///
/// # Errors
///
/// Where the certificates that the database's settings ask for cannot be read, or a task ends without which events are not stored.
pub async fn serve(
    listener: TcpListener,
    database: &DatabaseSettings,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let (api, background) = Api::start(database, config)?;
    Ok(run(listener, api, background, shutdown).await?)
}

async fn run(
    listener: TcpListener,
    api: Api,
    mut background: Background,
    shutdown: impl Future<Output = ()>,
) -> Result<(), TaskEnded> {
    let limits = api.state.config.limits.of_connections();
    let connections = api.state.budget.connections().clone();
    let draining = api.clone();
    let mut outcome = Ok(());
    let stop = async {
        tokio::select! {
            () = shutdown => {}
            ended = background.failed() => {
                tracing::error!("{ended}");
                outcome = Err(ended);
            }
        }
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
    drop(draining);
    if let Ok(finished) = timeout(LAST_COMMITS, background.finished()).await {
        outcome = outcome.and(finished);
    } else {
        tracing::warn!(
            "the last commits did not end in time; their clients were not told that their events are stored"
        );
    }
    tracing::info!("stopped");
    outcome
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use pio_settings::database::DatabaseSettings;
    use tokio::net::{TcpListener, TcpStream};

    use super::run;
    use crate::api::Api;
    use crate::config::Config;
    use crate::tasks::{ACCESS_CACHE, SCHEMA, WRITER};

    #[tokio::test]
    async fn a_server_that_loses_a_task_says_so_and_ends() {
        // Nothing listens there, which none of these tasks minds.
        let database = DatabaseSettings::from_url("postgres://u:p@127.0.0.1:1/d?sslmode=disable").unwrap();
        for name in [WRITER, ACCESS_CACHE, SCHEMA] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (api, background) = Api::start(&database, Config::default()).unwrap();
            api.state.tasks.end(name);
            tokio::task::yield_now().await;
            assert_ne!(api.components().await[name], "ok");
            let error = run(listener, api, background, pending()).await.unwrap_err().to_string();
            assert!(error.contains(&format!("task {name} ended unexpectedly")), "{error}");
            assert!(TcpStream::connect(address).await.is_err(), "the port is free again");
        }
    }
}
