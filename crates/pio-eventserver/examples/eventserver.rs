//! The event server alone, for measurements and for tests that kill it: `DATABASE_URL=… eventserver [port] [careless]`.
//!
//! It prints its address as soon as it listens, and stops at SIGTERM. With `careless` it acknowledges events before their commit:
//! a test that looks for lost events must find some then.

use std::convert::Infallible;
use std::io::Write as _;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use pio_eventserver::api::Api;
use pio_eventserver::config::{Config, Limits};
use pio_eventserver::respond::ApiBody;
use pio_eventserver::server::serve;
use pio_logging::start::{Program, start};
use pio_settings::database::DatabaseSettings;
use pio_settings::memory::{self, server::Server};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    start(Program::Server, false);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = arguments.first().and_then(|first| first.parse().ok()).unwrap_or(0);
    let settings = DatabaseSettings::from_env()?.ok_or("DATABASE_URL is not set")?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    if arguments.iter().any(|argument| argument == "careless") {
        return careless(listener, &settings).await;
    }
    let plan = memory::of_server(Server::Events);
    let config = Config { limits: Limits::within(&plan), ..Config::default() };
    let mut term = signal(SignalKind::terminate())?;
    let shutdown = async move {
        term.recv().await;
    };
    serve(listener, &settings, config, shutdown).await?;
    Ok(())
}

/// Serves like the real one, except that every POST is acknowledged before anything is done.
async fn careless(
    listener: TcpListener,
    settings: &DatabaseSettings,
) -> Result<(), Box<dyn std::error::Error>> {
    let (api, _background) = Api::start(settings, Config::default())?;
    loop {
        let (stream, _) = listener.accept().await?;
        let api = api.clone();
        let service = service_fn(move |request| answer(api.clone(), request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn answer(api: Api, request: Request<Incoming>) -> Result<Response<ApiBody>, Infallible> {
    if request.method() != Method::POST {
        return Ok(api.respond(request).await);
    }
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    let request = Request::from_parts(parts, Full::new(bytes));
    tokio::spawn(async move { api.respond(request).await });
    let mut response =
        Response::new(ApiBody::Left(Full::new(Bytes::from_static(b"{\"eventId\":\"early\"}"))));
    *response.status_mut() = hyper::StatusCode::CREATED;
    Ok(response)
}
