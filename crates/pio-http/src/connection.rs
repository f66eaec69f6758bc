//! One connection from its first request to its last.

use std::error::Error;
use std::time::Duration;

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::limits::Limits;
use crate::linger::{goodbye, linger};
use crate::peer::Peer;
use crate::timed::{Exchange, TimedStream};

/// The largest head of a request, and how much of a body is read at a time.
const BUFFER: usize = 32 * 1024;

const TOO_SLOW: &str = "The head of the request came too slowly.";

/// For how long a connection may bring one more request once the server is told to stop: its client may have sent it already.
const LAST_REQUEST: Duration = Duration::from_millis(500);

/// Answers the requests of a connection.
pub(crate) async fn connection<S, B>(
    stream: TcpStream,
    service: S,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) where
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
    let peer = Peer::of(&stream);
    let exchange = Exchange::default();
    let io = TokioIo::new(TimedStream::new(stream, exchange.clone(), &limits));
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
    let may_be_answered = ended.as_ref().map_or_else(hyper::Error::is_parse, |()| true);
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
    let stream = connection.into_parts().io.into_inner();
    if stream.head_was_too_slow() {
        goodbye(stream.into_inner(), "408 Request Timeout", TOO_SLOW).await;
    } else if let Some(malformed) = stream.malformed_head() {
        goodbye(stream.into_inner(), "400 Bad Request", &malformed.to_string()).await;
    } else if may_be_answered && stream.is_still_sending() {
        tokio::select! {
            () = linger(stream.into_inner()) => {}
            () = told_to_stop(&mut stopping) => {}
        }
    }
}

async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is the end as well.
    drop(stopping.wait_for(|stop| *stop).await);
}
