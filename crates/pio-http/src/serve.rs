//! The accept loop and its end.

use crate::limits::Limits;
use crate::timed::{Exchange, TimedStream};
use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::future::Future;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every request in flight was answered.
    Drained,
    /// The drain's time was over; so many connections were cut.
    Cut(usize),
}

/// Serves connections until `shutdown` is ready, then stops accepting and drains.
///
/// Requests that are in flight at that moment may finish within `limits.drain`; idle connections are closed at once.
pub async fn serve<S, B>(
    listener: TcpListener,
    service: S,
    limits: Limits,
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
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < limits.connections => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, service.clone(), limits, stopping.clone()));
                }
                Err(error) => accept_failed(&error).await,
            },
        }
    }
    drop(listener);
    stop.send_replace(true);
    drain(connections, limits.drain).await
}

async fn drain(mut connections: JoinSet<()>, limit: Duration) -> Ended {
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limit, all).await.is_ok() {
        return Ended::Drained;
    }
    let left = connections.len();
    connections.shutdown().await;
    Ended::Cut(left)
}

async fn accept_failed(error: &std::io::Error) {
    // Usually the process is out of file descriptors; connections that end free some.
    tracing::warn!(%error, "could not accept a connection");
    tokio::time::sleep(Duration::from_millis(50)).await;
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
    let watched = service_fn(move |request| {
        exchange.begin();
        let (answer, exchange) = (service.call(request), exchange.clone());
        async move {
            let answer = answer.await;
            exchange.end();
            answer
        }
    });
    let connection =
        http1::Builder::new().header_read_timeout(None).max_buf_size(64 * 1024).serve_connection(io, watched);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told_to_stop(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}
