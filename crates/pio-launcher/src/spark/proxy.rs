//! A small reverse proxy that protects a page in the private network with a password.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, TE, TRAILER, UPGRADE, WWW_AUTHENTICATE,
};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use pio_http::limits::Limits;
use tokio::net::{TcpListener, TcpStream};

use super::auth::Credentials;

/// Time limit for connecting to the backend.
const CONNECT: Duration = Duration::from_secs(5);

/// Time limit for the backend to begin its response. Platform routers give up after 30 s.
const ANSWER: Duration = Duration::from_secs(29);

/// Headers that apply to a single connection only.
const HOP_BY_HOP: [HeaderName; 4] = [CONNECTION, TE, TRAILER, UPGRADE];

type Body = BoxBody<Bytes, hyper::Error>;

/// Forwards authenticated requests to the backend, until `shutdown` is ready.
pub async fn serve(
    listener: TcpListener,
    backend: String,
    credentials: Option<Credentials>,
    shutdown: impl Future<Output = ()>,
) {
    let service = service_fn(move |request| {
        let (backend, credentials) = (backend.clone(), credentials.clone());
        async move { Ok::<_, Infallible>(answer(request, &backend, credentials.as_ref()).await) }
    });
    pio_http::serve::serve(listener, service, Limits::default(), Arc::default(), shutdown).await;
}

async fn answer(
    request: Request<Incoming>,
    backend: &str,
    credentials: Option<&Credentials>,
) -> Response<Body> {
    let Some(credentials) = credentials else {
        return text(
            StatusCode::FORBIDDEN,
            "This page has no password yet. Set the config var SPARK_PUBLIC_PASSWORD to see it.\n",
        );
    };
    if !credentials.allow(request.headers()) {
        let mut answer = text(
            StatusCode::UNAUTHORIZED,
            "The user is that of SPARK_PUBLIC_USER (spark), the password that of SPARK_PUBLIC_PASSWORD.\n",
        );
        answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Spark\""));
        return answer;
    }
    match forward(request, backend).await {
        Some(answer) => answer,
        None => text(
            StatusCode::BAD_GATEWAY,
            "The Spark master does not answer. It may be starting; try again in a moment.\n",
        ),
    }
}

/// Returns the backend's response; `None` if it does not arrive in time.
async fn forward(mut request: Request<Incoming>, backend: &str) -> Option<Response<Body>> {
    request.headers_mut().remove(AUTHORIZATION);
    for name in &HOP_BY_HOP {
        request.headers_mut().remove(name);
    }
    let stream = tokio::time::timeout(CONNECT, TcpStream::connect(backend)).await.ok()?.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    let mut answer = tokio::time::timeout(ANSWER, sender.send_request(request)).await.ok()?.ok()?;
    for name in &HOP_BY_HOP {
        answer.headers_mut().remove(name);
    }
    Some(answer.map(http_body_util::BodyExt::boxed))
}

fn text(status: StatusCode, words: &'static str) -> Response<Body> {
    let body = Full::new(Bytes::from_static(words.as_bytes())).map_err(|never| match never {}).boxed();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}
