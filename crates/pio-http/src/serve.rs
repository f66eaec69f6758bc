//! The accept loop and its end.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::descriptors;
use crate::limits::Limits;
use crate::timed::{Exchange, TimedStream};

/// The largest head of a request, and how much of a body is read at a time.
const BUFFER: usize = 32 * 1024;

const TOO_MANY: &str = "{\"message\":\"Too many connections are open. Try again in a moment.\"}";
const TOO_SLOW: &str = "{\"message\":\"The head of the request came too slowly.\"}";

/// How long a client may take to read why its connection is closed.
const GOODBYE: Duration = Duration::from_secs(1);

/// For how long a connection may bring one more request once the server is told to stop: its client may have sent it already.
const LAST_REQUEST: Duration = Duration::from_millis(500);

/// What goes wrong again and again is told once in this time.
const PAUSE_OF_WARNINGS: Duration = Duration::from_secs(10);

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every request in flight was answered.
    Drained,
    /// The drain's time was over; so many connections were cut.
    Cut(usize),
}

/// How many connections a server has, for its metrics.
#[derive(Debug, Default)]
pub struct Connections {
    /// Those that are open.
    pub open: AtomicU64,
    /// Those that were refused because too many were open, since the server's start.
    pub refused: AtomicU64,
}

/// Serves connections until `shutdown` is ready, then stops accepting and drains.
///
/// Connections beyond the limit are told so with 503, requests whose head comes too slowly with 408. Requests that are in flight at
/// the end may finish within `limits.drain`; each open connection may bring one more for a moment and is told that it was the last.
pub async fn serve<S, B>(
    listener: TcpListener,
    service: S,
    limits: Limits,
    counts: Arc<Connections>,
    shutdown: impl Future<Output = ()>,
) -> Ended
where
    S: Service<Request<Incoming>, Response = hyper::Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let most = limits.connections.min(descriptors::for_connections());
    let mut warned = None;
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => counts.open.store(connections.len() as u64, Relaxed),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if connections.len() < most => {
                    connections.spawn(connection(stream, service.clone(), limits, stopping.clone()));
                    counts.open.store(connections.len() as u64, Relaxed);
                }
                Ok((stream, _)) => {
                    counts.refused.fetch_add(1, Relaxed);
                    tokio::spawn(goodbye(stream, "503 Service Unavailable", TOO_MANY));
                }
                Err(error) => accept_failed(&error, &mut warned).await,
            },
        }
    }
    // Who has connected already may have sent a request.
    tokio::task::yield_now().await;
    while connections.len() < most
        && let Ok(Ok((stream, _))) = timeout(Duration::ZERO, listener.accept()).await
    {
        connections.spawn(connection(stream, service.clone(), limits, stopping.clone()));
    }
    drop(listener);
    stop.send_replace(true);
    drain(connections, limits.drain).await
}

async fn drain(mut connections: JoinSet<()>, limit: Duration) -> Ended {
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(limit, all).await.is_ok() {
        return Ended::Drained;
    }
    let left = connections.len();
    connections.shutdown().await;
    Ended::Cut(left)
}

async fn accept_failed(error: &std::io::Error, warned: &mut Option<Instant>) {
    // Usually the system is out of file descriptors; connections that end free some.
    if warned.is_none_or(|at| at.elapsed() > PAUSE_OF_WARNINGS) {
        tracing::warn!(%error, "could not accept a connection");
        *warned = Some(Instant::now());
    }
    sleep(Duration::from_millis(50)).await;
}

async fn connection<S, B>(stream: TcpStream, service: S, limits: Limits, mut stopping: watch::Receiver<bool>)
where
    S: Service<Request<Incoming>, Response = hyper::Response<B>> + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not set TCP_NODELAY");
    }
    let exchange = Exchange::default();
    let io = TokioIo::new(TimedStream::new(stream, exchange.clone(), &limits));
    let is_stopping = stopping.clone();
    let watched = service_fn(move |request| {
        exchange.begin();
        let (answer, exchange, is_stopping) = (service.call(request), exchange.clone(), is_stopping.clone());
        async move {
            let mut answer = answer.await;
            exchange.end();
            if let Ok(answer) = &mut answer
                && *is_stopping.borrow()
            {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            answer
        }
    });
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None).max_buf_size(BUFFER).half_close(true).writev(false);
    let mut connection = builder.serve_connection(io, watched);
    let last_request = async {
        told_to_stop(&mut stopping).await;
        sleep(LAST_REQUEST).await;
    };
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = last_request => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    let Err(error) = ended else { return };
    tracing::debug!(%error, "a connection ended early");
    let stream = connection.into_parts().io.into_inner();
    if stream.head_was_too_slow() {
        goodbye(stream, "408 Request Timeout", TOO_SLOW).await;
    }
}

/// A response without a request: to a connection that is too many, or whose request came too slowly.
async fn goodbye(mut stream: impl AsyncWrite + Unpin, status: &str, message: &str) {
    let length = message.len();
    let head = "connection: close\r\nretry-after: 1\r\ncontent-type: application/json";
    let text = format!("HTTP/1.1 {status}\r\n{head}\r\ncontent-length: {length}\r\n\r\n{message}");
    // Who does not listen either is not waited for.
    drop(timeout(GOODBYE, stream.write_all(text.as_bytes())).await);
}

async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end as well.
    drop(stopping.wait_for(|stop| *stop).await);
}
