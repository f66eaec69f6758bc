//! Requests that are too large, too slow, too many or no requests at all.

use std::time::{Duration, Instant};

use pio_eventserver::config::{Config, Limits};
use pio_storage::test_support::database;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::client::{Call, Client};
use crate::process::Process;
use crate::server::{Server, seed};

const EVENTS: &str = "/events.json?accessKey=ACCESSKEY";
const EVENT: &str = r#"{"event":"e","entityType":"user","entityId":"1"}"#;

async fn server(limits: Limits) -> Server {
    Server::start(Config { limits, ..Config::default() }).await
}

/// Sends bytes and gives everything that comes back until the server closes the connection, or for a second.
async fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    read_all(&mut stream).await
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(Ok(count)) = timeout(Duration::from_secs(1), stream.read(&mut buffer)).await {
        if count == 0 {
            break;
        }
        answer.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(length: &str) -> String {
    format!("POST {EVENTS} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{length}\r\n\r\n")
}

#[tokio::test]
async fn bodies_beyond_the_limit_are_refused_however_they_come() {
    let server = server(Limits { body: 1000, ..Limits::default() }).await;
    let fits = EVENT.replace("\"1\"", &format!("\"{}\"", "x".repeat(1000 - EVENT.len() + 1)));
    assert_eq!(fits.len(), 1000);
    assert_eq!(server.post(EVENTS, fits.clone()).await.status, 201);
    assert_eq!(server.post(EVENTS, format!("{fits} ")).await.status, 413);
    let pieces = format!("{}\r\n{}\r\n", "1F4", " ".repeat(500)).repeat(3);
    let answer =
        raw(&server, format!("{}{pieces}0\r\n\r\n", head("transfer-encoding: chunked")).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let answer = raw(&server, head("content-length: 5000\r\nexpect: 100-continue").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_body_in_pieces_is_put_together() {
    let server = server(Limits::default()).await;
    let pieces = EVENT.chars().map(|character| format!("1\r\n{character}\r\n")).collect::<Vec<_>>().concat();
    let answer =
        raw(&server, format!("{}{pieces}0\r\n\r\n", head("transfer-encoding: chunked")).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

#[tokio::test]
async fn requests_that_come_at_once_on_one_connection_are_answered_in_order() {
    let server = server(Limits::default()).await;
    let event = format!("{}{EVENT}", head(&format!("content-length: {}", EVENT.len())));
    let get = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let answer = raw(&server, format!("{event}{get}{event}").as_bytes()).await;
    let statuses: Vec<_> = answer.lines().filter_map(|line| line.split("HTTP/1.1 ").nth(1)).collect();
    assert_eq!(statuses, ["201 Created", "200 OK", "201 Created"], "{answer}");
}

#[tokio::test]
async fn what_is_no_text_or_no_http_is_refused() {
    let server = server(Limits::default()).await;
    let mut broken = EVENT.as_bytes().to_vec();
    broken[10] = 0xff;
    assert_eq!(server.post(EVENTS, broken).await.status, 400);
    assert_eq!(server.post(EVENTS, "[".repeat(100_000)).await.status, 400);
    let deep = format!(r#"{{"properties":{{"a":{}1{}}},{}"#, "[".repeat(1100), "]".repeat(1100), &EVENT[1..]);
    assert_eq!(server.post(EVENTS, deep).await.status, 400);
    assert!(raw(&server, b"nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400"));
    let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(100_000));
    assert!(raw(&server, long.as_bytes()).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn a_compressed_body_is_told_of_as_such() {
    let server = server(Limits::default()).await;
    for (encoding, status) in
        [("gzip", 415), ("identity, GZIP", 415), ("br", 415), ("identity", 201), ("utf-8", 201)]
    {
        let reply = server.call(&Call::post(EVENTS, EVENT).header("content-encoding", encoding)).await;
        assert_eq!(reply.status, status, "{encoding}: {}", reply.body);
    }
}

#[tokio::test]
async fn nested_properties_survive_as_deep_as_they_may_be() {
    let server = server(Limits::default()).await;
    let deep = format!(r#"{{"properties":{{"a":{}1{}}},{}"#, "[".repeat(900), "]".repeat(900), &EVENT[1..]);
    let id = server.post(EVENTS, deep).await.json()["eventId"].as_str().unwrap().to_owned();
    let shown = server.get(&format!("/events/{id}.json?accessKey=ACCESSKEY")).await;
    assert!(shown.body.contains(&"[".repeat(900)));
}

#[tokio::test]
async fn a_slow_head_is_told_so() {
    let limits = Limits { head_time: Duration::from_millis(300), ..Limits::default() };
    let server = server(limits).await;
    let answer = raw(&server, b"POST /events.json HTTP/1.1\r\nhost:").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_slow_body_is_told_so() {
    let limits = Limits { body_time: Duration::from_millis(300), ..Limits::default() };
    let server = server(limits).await;
    let answer = raw(&server, format!("{}{{", head("content-length: 100")).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn an_idle_connection_outlives_a_slow_head_but_not_for_ever() {
    let (head_time, idle_time) = (Duration::from_millis(100), Duration::from_secs(3));
    let server = server(Limits { head_time, idle_time, ..Limits::default() }).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut started = Instant::now();
    for _ in 0..2 {
        sleep(head_time * 3).await;
        started = Instant::now();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = [0; 512];
        assert!(stream.read(&mut answer).await.unwrap() > 0);
    }
    let mut rest = [0; 512];
    let closed = timeout(Duration::from_mins(1), stream.read(&mut rest)).await;
    assert_eq!(closed.unwrap().unwrap(), 0);
    assert!(started.elapsed() >= idle_time, "{:?}", started.elapsed());
}

#[tokio::test]
async fn connections_beyond_the_limit_are_told_so() {
    let server = server(Limits { connections: 3, ..Limits::default() }).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head("content-length: 100").as_bytes()).await.unwrap();
        open.push(stream);
    }
    sleep(Duration::from_millis(100)).await;
    let answer = raw(&server, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 1"), "{answer}");
}

#[tokio::test]
async fn events_beyond_the_queue_are_refused_for_the_moment() {
    let server = server(Limits { queue: 3, ..Limits::default() }).await;
    let batch = |count: usize| {
        Call::post("/batch/events.json?accessKey=ACCESSKEY", format!("[{}]", vec![EVENT; count].join(",")))
    };
    assert_eq!(server.call(&batch(3)).await.status, 200);
    let reply = server.call(&batch(4)).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")));
    assert_eq!(server.call(&batch(3)).await.status, 200);
}

#[tokio::test]
async fn two_slow_clients_of_an_app_do_not_keep_others_waiting() {
    let server = server(Limits { small_bodies: 1000, ..Limits::default() }).await;
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let sent = format!("{}{}", head("content-length: 600"), " ".repeat(240));
        stream.write_all(sent.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    sleep(Duration::from_millis(100)).await;
    let other = server.post("/events.json?accessKey=OTHERKEY", EVENT).await;
    assert_eq!(other.status, 201, "an app has half of the memory at most: {}", other.body);
    // Their own app waits for them, but not for long: they give up their memory.
    let filled = EVENT.replace("\"1\"", &format!("\"{}\"", "x".repeat(100)));
    let reply = server.post(EVENTS, filled.clone()).await;
    assert!([201, 503].contains(&reply.status), "{}", reply.body);
    assert_eq!(server.post(EVENTS, filled).await.status, 201);
    let answers = [read_all(&mut slow[0]).await, read_all(&mut slow[1]).await];
    assert!(answers.iter().any(|answer| answer.starts_with("HTTP/1.1 503")), "{answers:?}");
}

#[tokio::test]
async fn a_large_body_that_stalls_gives_way_to_others() {
    let limits = Limits { body: 1 << 20, large_bodies: 1 << 20, ..Limits::default() };
    let server = server(limits).await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let sent = format!("{}{}", head("content-length: 1000000"), " ".repeat(500_000));
    slow.write_all(sent.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    assert_eq!(server.post(EVENTS, EVENT).await.status, 201, "small events do not wait for large ones");
    let large =
        EVENT.replace("\"1\"}", &format!("\"1\",\"properties\":{{\"a\":\"{}\"}}}}", "x".repeat(900_000)));
    assert_eq!(server.post("/events.json?accessKey=OTHERKEY", large).await.status, 201);
    assert!(read_all(&mut slow).await.starts_with("HTTP/1.1 503"));
}

#[tokio::test]
async fn a_client_that_sends_all_before_it_reads_hears_why_it_is_refused() {
    let server = server(Limits { body: 1_000_000, ..Limits::default() }).await;
    let json = "content-type: application/json";
    for (request, header, status) in [
        ("POST /events.json?accessKey=nonsense", json, "401"),
        ("POST /nowhere", json, "404"),
        ("PUT /events.json?accessKey=ACCESSKEY", json, "405"),
        ("POST /events.json?accessKey=ACCESSKEY", "content-type: text/plain", "415"),
        ("POST /events.json?accessKey=ACCESSKEY", json, "413"),
    ] {
        let head = format!("{request} HTTP/1.1\r\nhost: x\r\n{header}\r\ncontent-length: 4000000\r\n\r\n");
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; 4_000_000]).await.unwrap_or_else(|error| panic!("{request}: {error}"));
        let answer = read_all(&mut stream).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}: {answer}");
    }
}

#[tokio::test]
async fn a_body_on_which_nothing_comes_is_told_so() {
    let server = server(Limits { body_silence: Duration::from_millis(300), ..Limits::default() }).await;
    let answer = raw(&server, format!("{}{{", head("content-length: 100")).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn parameters_with_nul_are_refused_and_paths_with_nul_name_nothing() {
    let server = server(Limits::default()).await;
    assert_eq!(server.get(&format!("{EVENTS}&entityId=a%00b")).await.status, 400);
    assert_eq!(server.get(&format!("{EVENTS}&entityId=%FF")).await.status, 400);
    assert_eq!(server.get("/events/a%00b.json?accessKey=ACCESSKEY").await.status, 404);
    assert_eq!(server.get("/events.json?accessKey=a%00b").await.status, 401);
    assert_eq!(server.get(&format!("{EVENTS}&channel=a%00b")).await.status, 401);
}

/// Opens connections that each send a request and stay open; tells how they were answered.
async fn many(process: &Process, count: usize) -> Vec<String> {
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.push(TcpStream::connect(process.address).await.unwrap());
    }
    let mut answers = Vec::new();
    for stream in &mut streams {
        // One that is refused or was closed for others need not take the request.
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").await;
        let mut answer = [0; 12];
        let read = timeout(Duration::from_secs(5), stream.read_exact(&mut answer)).await.expect("an answer");
        answers.push(read.map_or_else(|_| "closed".to_owned(), |_| String::from_utf8_lossy(&answer).into()));
    }
    answers
}

#[tokio::test]
async fn connections_are_not_bounded_by_what_shells_allow() {
    let database = database().await;
    let process = Process::start_after("ulimit -Sn 100", &database.settings, "", "error").await;
    assert_eq!(many(&process, 300).await, ["HTTP/1.1 200"; 300]);
}

#[tokio::test]
async fn where_the_system_allows_few_connections_idle_ones_make_room_and_the_database_is_reached() {
    let database = database().await;
    seed(&database.storage, &database.settings).await;
    let process = Process::start_after("ulimit -n 100", &database.settings, "", "error").await;
    let answers = many(&process, 150).await;
    let taken = answers.iter().filter(|answer| *answer == "HTTP/1.1 200").count();
    // Those that had to make room are closed, or told so where their request had come.
    let others =
        answers.iter().filter(|answer| ["closed", "HTTP/1.1 503"].contains(&answer.as_str())).count();
    assert!(others > 50 && taken >= 20 && others + taken == 150, "{answers:?}");
    // A busy machine may need a moment until the last of them is gone.
    let begun = Instant::now();
    let stored = loop {
        let reply = Client::connect(process.address).await.call(&Call::post(EVENTS, EVENT)).await.unwrap();
        if reply.status != 503 || begun.elapsed() > Duration::from_mins(1) {
            break reply;
        }
        sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(stored.status, 201, "{}", stored.body);
}
