//! One connection from its first request to its last.
//!
//! A connection is idle most of its life, and then costs little: the buffers of HTTP are made when its client sends something, and
//! given back soon after the answer. So few of many connections need memory, and those that have a request under way can be limited.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::connections::Connections;
use crate::limits::{BUSY, Limits};
use crate::linger::{linger, reject};
use crate::peer::Peer;
use crate::timed::{Exchange, TimedStream};

/// The largest head of a request, and how much of a body is read at a time.
const BUFFER: usize = 32 * 1024;

const TOO_SLOW: &str = "The head of the request came too slowly.";

/// How long a stopping server takes one more request on an open connection: the client may have sent it before it could know.
const LAST_REQUEST: Duration = Duration::from_millis(500);

/// How long a request waits until fewer are under way.
const REQUEST_QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// What the connections of a server share.
pub(crate) struct Server {
    pub(crate) limits: Limits,
    /// Places for connections that have a request under way.
    pub(crate) active: Arc<Semaphore>,
    pub(crate) counts: Arc<Connections>,
}

/// A connection on which nothing is under way.
struct Quiet {
    stream: TcpStream,
    since: Instant,
}

/// Answers the requests of a connection.
pub(crate) async fn connection<S, B>(
    stream: TcpStream,
    service: S,
    server: Arc<Server>,
    mut stopping: watch::Receiver<bool>,
) where
    S: Service<Request<Incoming>, Response = hyper::Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "could not set TCP_NODELAY");
    }
    let mut quiet = Quiet { stream, since: Instant::now() };
    loop {
        let place = match server.wakes_up(&quiet, &mut stopping).await {
            Woken::Request => server.place().await,
            Woken::Evicted => None,
            Woken::End => return,
        };
        let Some(place) = place else {
            return Box::pin(reject(quiet.stream, "503 Service Unavailable", BUSY)).await;
        };
        // In a box, so that an idle connection does not hold room for all this.
        let answered = Box::pin(answer(quiet.stream, service.clone(), &server, &mut stopping)).await;
        // Others need not wait for what a client sends that nobody will read.
        drop(place);
        match answered {
            Answered::Quiet(again) => quiet = again,
            Answered::Ended(ended) => {
                return Box::pin(ended.close(&server.counts, &mut stopping)).await;
            }
        }
    }
}

/// What became of a connection that was answered.
enum Answered {
    /// It may have another request later.
    Quiet(Quiet),
    /// It is over.
    Ended(End),
}

/// How a connection ended that has no request under way any more.
enum End {
    /// Nothing is left to be said.
    Silent,
    /// A response without a request: its status and message.
    Refused(TcpStream, &'static str, String),
    /// The client may still be sending a request that was answered already.
    StillSending(TcpStream),
}

/// Why a connection is no longer idle.
enum Woken {
    /// A request has begun.
    Request,
    /// A request has begun, but the connection has to make room for others.
    Evicted,
    /// It is over.
    End,
}

impl Woken {
    fn of(peeked: &std::io::Result<usize>) -> Self {
        if matches!(peeked, Ok(1..)) { Self::Request } else { Self::End }
    }
}

impl Server {
    /// Waits until the client sends something, or the connection is to be closed.
    async fn wakes_up(&self, quiet: &Quiet, stopping: &mut watch::Receiver<bool>) -> Woken {
        let mut place = self.counts.idle_place();
        let mut byte = [0];
        tokio::select! {
            biased;
            peeked = quiet.stream.peek(&mut byte) => return Woken::of(&peeked),
            () = place.evicted() => {}
            () = sleep_until(quiet.since + self.limits.idle) => return Woken::End,
            () = last_request(stopping) => return Woken::End,
        }
        // A request may have come that nobody has looked at: it gets an answer.
        tokio::task::yield_now().await;
        let peeked = timeout(Duration::ZERO, quiet.stream.peek(&mut byte)).await;
        match peeked.map(|peeked| Woken::of(&peeked)) {
            Ok(Woken::Request) => Woken::Evicted,
            _ => Woken::End,
        }
    }

    /// A place for a request; nothing where none becomes free in time.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(place) = self.active.clone().try_acquire_owned() {
            return Some(place);
        }
        let _waiting = self.counts.wait_for_place();
        let place = timeout(REQUEST_QUEUE_TIMEOUT, self.active.clone().acquire_owned()).await;
        if place.is_err() {
            self.counts.refused.fetch_add(1, Relaxed);
        }
        place.ok()?.ok()
    }
}

/// Answers requests until the connection ends or is quiet.
async fn answer<S, B>(
    stream: TcpStream,
    service: S,
    server: &Server,
    stopping: &mut watch::Receiver<bool>,
) -> Answered
where
    S: Service<Request<Incoming>, Response = hyper::Response<B>> + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let peer = Peer::of(&stream);
    let exchange = Exchange::default();
    let io = TokioIo::new(TimedStream::new(stream, exchange.clone(), &server.limits, server.counts.clone()));
    let is_stopping = stopping.clone();
    let watched = service_fn(move |mut request: Request<Incoming>| {
        exchange.begin();
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        let (answer, exchange, is_stopping) = (service.call(request), exchange.clone(), is_stopping.clone());
        async move {
            let mut answer = answer.await;
            exchange.end();
            if let Ok(answer) = &mut answer
                && (*is_stopping.borrow() || exchange.is_body_open())
            {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            answer
        }
    });
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None).max_buf_size(BUFFER).half_close(true).writev(false);
    let mut connection = builder.serve_connection(io, watched);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = last_request(stopping) => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    let may_be_answered = ended.as_ref().map_or_else(hyper::Error::is_parse, |()| true);
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
    let stream = connection.into_parts().io.into_inner();
    match stream.quiet_since() {
        Some(since) => Answered::Quiet(Quiet { stream: stream.into_inner(), since }),
        None => Answered::Ended(End::of(stream, may_be_answered)),
    }
}

impl End {
    fn of(stream: TimedStream<TcpStream>, may_be_answered: bool) -> Self {
        if stream.head_was_too_slow() {
            return Self::Refused(stream.into_inner(), "408 Request Timeout", TOO_SLOW.to_owned());
        }
        if let Some(malformed) = stream.malformed_head() {
            return Self::Refused(stream.into_inner(), "400 Bad Request", malformed.to_string());
        }
        if may_be_answered && stream.is_still_sending() {
            return Self::StillSending(stream.into_inner());
        }
        Self::Silent
    }

    /// Says what is still to be said. Nothing is under way meanwhile, so the connection may have to make room for others.
    async fn close(self, counts: &Arc<Connections>, stopping: &mut watch::Receiver<bool>) {
        match self {
            Self::Silent => {}
            Self::Refused(stream, status, message) => reject(stream, status, &message).await,
            Self::StillSending(stream) => {
                let mut place = counts.idle_place();
                tokio::select! {
                    () = linger(stream) => {}
                    () = place.evicted() => {}
                    () = last_request(stopping) => {}
                }
            }
        }
    }
}

/// Waits until the server was told to stop, and as long as one more request may come then.
async fn last_request(stopping: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end as well.
    drop(stopping.wait_for(|stop| *stop).await);
    sleep(LAST_REQUEST).await;
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use http_body_util::Full;
    use hyper::body::{Bytes, Incoming};
    use hyper::service::service_fn;
    use hyper::{Request, Response};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::{Semaphore, watch};

    use super::{Server, connection};
    use crate::limits::Limits;

    #[tokio::test]
    async fn an_idle_connection_takes_little_memory() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let server =
            Server { limits: Limits::default(), active: Arc::new(Semaphore::new(1)), counts: Arc::default() };
        let service = service_fn(async |_: Request<Incoming>| {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        });
        let (_stop, stopping) = watch::channel(false);
        let size = size_of_val(&connection(stream, service, Arc::new(server), stopping));
        assert!(size <= 2048, "{size} bytes");
    }
}
