//! Connections: taking them, keeping them within limits of time and number, and ending them when the server stops.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use pio_settings::database::DatabaseSettings;
use pio_storage::errors::StorageError;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::api::Api;
use crate::config::Config;
use crate::pace::{Paced, Phase};

/// The largest head of a request, and how much of a body is read at a time.
const BUFFER: usize = 32 * 1024;

const TOO_MANY: &str = "{\"message\":\"Too many connections are open. Try again in a moment.\"}";
const TOO_SLOW: &str = "{\"message\":\"The head of the request came too slowly.\"}";

/// How long a client may take to read why its connection is closed.
const GOODBYE: Duration = Duration::from_secs(1);

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
    let drain_time = config.limits.drain_time;
    let (api, background) = Api::start(database, config)?;
    let (stop, stopping) = watch::channel(());
    tokio::select! {
        () = accept(&listener, &api, &stopping) => {}
        () = shutdown => {}
    }
    drop(listener);
    api.drain();
    tracing::info!("stopping: requests under way are finished");
    drop(stopping);
    let _ = stop.send(());
    if timeout(drain_time, stop.closed()).await.is_err() {
        tracing::warn!("connections that did not end in time were cut off");
    }
    drop(api);
    let _ = timeout(Duration::from_secs(2), background.finished()).await;
    tracing::info!("stopped");
    Ok(())
}

async fn accept(listener: &TcpListener, api: &Api, stopping: &watch::Receiver<()>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => take(stream, api, stopping),
            Err(error) => {
                // Such as too many open files: others will be closed.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn take(mut stream: TcpStream, api: &Api, stopping: &watch::Receiver<()>) {
    let metrics = api.state.metrics.clone();
    if metrics.connections.load(Relaxed) >= api.state.config.limits.connections as u64 {
        metrics.refused_connections.fetch_add(1, Relaxed);
        tokio::spawn(async move {
            timeout(GOODBYE, stream.write_all(&goodbye("503 Service Unavailable", TOO_MANY))).await
        });
        return;
    }
    metrics.connections.fetch_add(1, Relaxed);
    let (api, stopping) = (api.clone(), stopping.clone());
    tokio::spawn(async move {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection cannot be told to send at once");
        }
        connection(stream, api, stopping).await;
        metrics.connections.fetch_sub(1, Relaxed);
    });
}

/// Serves one connection until its end.
async fn connection(stream: TcpStream, api: Api, mut stopping: watch::Receiver<()>) {
    let limits = api.state.config.limits.clone();
    let (pace, stream) = Paced::new(stream);
    let service = service_fn(|request| {
        let (api, pace) = (api.clone(), pace.clone());
        async move {
            pace.set(Phase::Answering);
            let response = api.respond(request).await;
            pace.set(Phase::Idle);
            Ok::<_, Infallible>(response)
        }
    });
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None).max_buf_size(BUFFER).half_close(true).writev(false);
    let mut connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut too_slow = pin!(pace.too_slow(limits.head_time, limits.idle_time));
    let mut is_stopping = false;
    let phase = loop {
        tokio::select! {
            outcome = &mut connection => {
                if let Err(error) = outcome {
                    tracing::debug!(%error, "a connection ended");
                }
                return;
            }
            phase = &mut too_slow => break phase,
            _ = stopping.changed(), if !is_stopping => {
                is_stopping = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    };
    if phase == Phase::Head {
        let mut stream = connection.into_parts().io.into_inner();
        // Who does not listen either is not waited for.
        let _ = timeout(GOODBYE, stream.write_all(&goodbye("408 Request Timeout", TOO_SLOW))).await;
    }
}

/// A response without a request: to a connection that is too many, or whose request came too slowly.
fn goodbye(status: &str, message: &str) -> Vec<u8> {
    let length = message.len();
    let head = "connection: close\r\nretry-after: 1\r\ncontent-type: application/json";
    format!("HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {length}\r\n\r\n{message}").into_bytes()
}
