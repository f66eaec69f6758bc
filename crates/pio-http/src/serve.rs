//! The accept loop and its end.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::service::Service;
use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::connection::{Server, connection};
use crate::connections::Connections;
use crate::descriptors;
use crate::limits::Limits;
use crate::linger::refuse;

const TOO_MANY: &str = "Too many connections are open. Try again in a moment.";

/// How many refused connections are answered with 503 at a time.
const REFUSALS: usize = 256;

/// Minimum interval between repeated warnings.
const WARN_INTERVAL: Duration = Duration::from_secs(10);

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
/// For a connection beyond the limit the longest idle one is closed; where none is idle, the further one is answered with 503. A request
/// whose head comes too slowly is answered with 408. Requests that are in flight at the end may finish within `limits.drain`; each open
/// connection may bring one more for a moment and is told that it was the last.
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
    // Refused connections need descriptors too, beside those for the database.
    let most_refusals = REFUSALS.min(most / 4 + 1);
    if let Some(bytes) = limits.socket_buffer {
        limit_buffers(&listener, bytes);
    }
    let server = Arc::new(Server { limits, active: Arc::new(Semaphore::new(limits.active)), counts });
    let counts = &server.counts;
    let mut refusals = JoinSet::new();
    let mut warned = None;
    tokio::pin!(shutdown);
    loop {
        counts.open.store(connections.len() as u64, Relaxed);
        // One that would be refused takes memory too; where so many are being refused, the system's queue holds the next ones.
        let may_accept = connections.len() < most || refusals.len() < most_refusals;
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            Some(_) = refusals.join_next() => {}
            accepted = listener.accept(), if may_accept => match accepted {
                Ok((stream, _)) if has_room(&mut connections, most, counts).await => {
                    connections.spawn(connection(stream, service.clone(), server.clone(), stopping.clone()));
                }
                Ok((stream, _)) => {
                    counts.refused.fetch_add(1, Relaxed);
                    refusals.spawn(refuse(stream, TOO_MANY));
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
        connections.spawn(connection(stream, service.clone(), server.clone(), stopping.clone()));
    }
    drop(listener);
    stop.send_replace(true);
    drain(connections, limits.drain).await
}

/// Whether one more connection may be open. If need be, the one that was idle longest is closed for it.
async fn has_room(open: &mut JoinSet<()>, most: usize, counts: &Connections) -> bool {
    while open.try_join_next().is_some() {}
    if open.len() < most || counts.evict(1) == 1 {
        return true;
    }
    // Those that have just been accepted are not known to be idle yet.
    tokio::task::yield_now().await;
    counts.evict(1) == 1
}

/// Sets how many bytes the system keeps for each connection that is accepted from now on.
fn limit_buffers(listener: &TcpListener, bytes: usize) {
    let set = set_socket_send_buffer_size(listener, bytes)
        .and_then(|()| set_socket_recv_buffer_size(listener, bytes));
    if let Err(error) = set {
        tracing::debug!(%error, "could not set the size of the sockets' buffers");
    }
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
    if warned.is_none_or(|at| at.elapsed() > WARN_INTERVAL) {
        tracing::warn!(%error, "could not accept a connection");
        *warned = Some(Instant::now());
    }
    sleep(Duration::from_millis(50)).await;
}
