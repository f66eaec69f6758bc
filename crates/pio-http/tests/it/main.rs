//! A server with short limits, and clients that do not behave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod bodies;
mod crowds;
mod heads;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use pio_http::body::{self, BodyError, BodyLimits};
use pio_http::budget::Budget;
use pio_http::connections::Connections;
use pio_http::limits::Limits;
use pio_http::serve::{Ended, serve};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Ended>,
    connections: Arc<Connections>,
}

/// The bytes of a large answer: more than the buffers of a connection hold.
const LARGE: usize = 32 * 1024 * 1024;

/// Longer than a test takes on any machine.
const LONG: Duration = Duration::from_mins(2);

const LIMITS: Limits = Limits {
    header: Duration::from_millis(200),
    body: Duration::from_millis(200),
    silence: Duration::from_millis(200),
    body_bytes: 10,
    idle: Duration::from_millis(600),
    write: Duration::from_millis(200),
    connections: 3,
    active: 3,
    socket_buffer: None,
    drain: Duration::from_millis(900),
};

/// Answers `/slow` after 300 ms, `/stuck` never, `/body` when it has read the body, `/large` with 32 MiB, anything else at once.
async fn answer(limits: Limits, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::from("ok"));
    match request.uri().path() {
        "/slow" => tokio::time::sleep(Duration::from_millis(300)).await,
        "/stuck" => std::future::pending().await,
        "/large" => response = Response::new(Full::from(vec![b'x'; LARGE])),
        "/refused" => *response.status_mut() = StatusCode::UNAUTHORIZED,
        "/body" => *response.status_mut() = read(limits, request).await,
        _ => {}
    }
    Ok(response)
}

async fn read(limits: Limits, request: Request<Incoming>) -> StatusCode {
    let budget = Budget::new(1 << 20, 1 << 20, limits.body_bytes, Arc::default());
    let limits = BodyLimits { bytes: limits.body_bytes, time: limits.body, silence: limits.silence };
    match body::read(request.into_body(), &limits, &budget.of(None)).await {
        Ok(_) => StatusCode::OK,
        Err(BodyError::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
        Err(BodyError::TooSlow { .. } | BodyError::Silent { .. }) => StatusCode::REQUEST_TIMEOUT,
        Err(BodyError::Overloaded) => StatusCode::SERVICE_UNAVAILABLE,
        Err(BodyError::Broken) => StatusCode::BAD_REQUEST,
    }
}

async fn start() -> Server {
    start_with(LIMITS).await
}

async fn start_with(limits: Limits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { drop(stopped.await) };
    let connections = Arc::<Connections>::default();
    let service = service_fn(move |request| answer(limits, request));
    let ended = tokio::spawn(serve(listener, service, limits, connections.clone(), shutdown));
    Server { address, stop, ended, connections }
}

impl Server {
    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }
}

async fn status(stream: &mut TcpStream) -> String {
    let mut buffer = [0; 4096];
    let read = stream.read(&mut buffer).await.unwrap();
    String::from_utf8_lossy(&buffer[..read]).split(' ').nth(1).unwrap_or_default().to_owned()
}

/// Reads until the server closes the connection.
async fn closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(LONG / 2, stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "it is still open");
}

#[tokio::test]
async fn a_request_whose_head_does_not_end_is_told_so_after_the_header_time() {
    let server = start_with(Limits { idle: LONG, ..LIMITS }).await;
    let start = Instant::now();
    let mut stream = server.send("GET / HT").await;
    assert_eq!(status(&mut stream).await, "408");
    assert!(start.elapsed() >= LIMITS.header, "{:?}", start.elapsed());
    closed(&mut stream).await;
}

#[tokio::test]
async fn a_connection_on_which_nothing_comes_is_closed_after_the_idle_time_without_a_word() {
    let server = start_with(Limits { header: LONG, ..LIMITS }).await;
    let start = Instant::now();
    let mut stream = server.send("").await;
    assert_eq!(status(&mut stream).await, "");
    assert!(start.elapsed() >= LIMITS.idle, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_kept_alive_connection_may_be_silent_for_the_idle_time() {
    let idle = Duration::from_secs(3);
    let server = start_with(Limits { idle, ..LIMITS }).await;
    let mut stream = server.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(status(&mut stream).await, "200");
    // Longer than a head may take.
    tokio::time::sleep(LIMITS.header * 2).await;
    let start = Instant::now();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(status(&mut stream).await, "200");
    closed(&mut stream).await;
    assert!(start.elapsed() >= idle, "{:?}", start.elapsed());
}

#[tokio::test]
async fn an_answer_may_take_longer_than_any_limit_on_the_client() {
    let server = start().await;
    let mut stream = server.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(status(&mut stream).await, "200");
}

#[tokio::test]
async fn bodies_are_limited_in_size_and_time() {
    let server = start_with(Limits { connections: 10, ..LIMITS }).await;
    let head = "POST /body HTTP/1.1\r\nhost: x\r\n";
    let mut declared = server.send(&format!("{head}content-length: 11\r\n\r\n")).await;
    assert_eq!(status(&mut declared).await, "413");
    let mut chunked =
        server.send(&format!("{head}transfer-encoding: chunked\r\n\r\nb\r\n12345678901\r\n")).await;
    assert_eq!(status(&mut chunked).await, "413");
    let mut slow = server.send(&format!("{head}content-length: 5\r\n\r\n12")).await;
    assert_eq!(status(&mut slow).await, "408");
    let mut broken = server.send(&format!("{head}transfer-encoding: chunked\r\n\r\nnonsense\r\n")).await;
    assert_eq!(status(&mut broken).await, "400");
}

#[tokio::test]
async fn shutdown_lets_requests_in_flight_finish_and_closes_silent_connections_soon() {
    let server = start_with(Limits { idle: LONG, drain: LONG, ..LIMITS }).await;
    let mut idle = server.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(status(&mut idle).await, "200");
    let mut slow = server.send("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.send(()).unwrap();
    assert_eq!(status(&mut slow).await, "200");
    assert!(TcpStream::connect(server.address).await.is_err(), "it must not accept any more");
    closed(&mut idle).await;
    assert_eq!(server.ended.await.unwrap(), Ended::Drained);
}

#[tokio::test]
async fn a_client_that_sends_one_request_after_another_misses_no_answer_at_the_end() {
    let server = start().await;
    let request = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut stream = server.send(request).await;
    assert_eq!(status(&mut stream).await, "200");
    server.stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
    assert_eq!(server.ended.await.unwrap(), Ended::Drained);
}

#[tokio::test]
async fn what_does_not_finish_within_the_drain_time_is_cut() {
    let server = start().await;
    let _stuck = server.send("GET /stuck HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.send(()).unwrap();
    assert_eq!(server.ended.await.unwrap(), Ended::Cut(1));
}

#[tokio::test]
async fn who_has_connected_before_the_end_is_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut clients = Vec::new();
    // So many that no chance takes all of them before the server looks whether it is to stop.
    let limits = Limits { connections: 30, ..LIMITS };
    for _ in 0..limits.connections {
        let mut stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        clients.push(stream);
    }
    let stopped = std::future::ready(());
    let service = service_fn(move |request| answer(limits, request));
    let ended = serve(listener, service, limits, Arc::default(), stopped).await;
    assert_eq!(ended, Ended::Drained);
    for mut client in clients {
        assert_eq!(status(&mut client).await, "200");
    }
}
