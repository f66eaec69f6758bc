//! Clients that send slowly, that read slowly, and that send all before they read.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use pio_http::limits::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::sleep;

use crate::{LARGE, LIMITS, LONG, start, start_with, status};

#[tokio::test]
async fn a_client_that_is_silent_in_a_body_is_told_so_long_before_the_bodys_time_is_over() {
    let server = start_with(Limits { body: LONG, ..LIMITS }).await;
    let mut stream = server.send("POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n12").await;
    let answered = tokio::time::timeout(LONG / 2, status(&mut stream)).await;
    assert_eq!(answered.unwrap(), "408");
}

#[tokio::test]
async fn a_slow_but_steady_body_is_taken() {
    let silence = Duration::from_secs(2);
    let server = start_with(Limits { body: LONG, silence, ..LIMITS }).await;
    let mut stream = server.send("POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\n\r\n").await;
    for _ in 0..6 {
        sleep(silence / 4).await;
        stream.write_all(b"1").await.unwrap();
    }
    assert_eq!(status(&mut stream).await, "200");
}

#[tokio::test]
async fn a_client_that_drips_its_body_ends_with_the_bodys_time() {
    let limits = Limits { body: Duration::from_millis(500), silence: LONG, body_bytes: 1 << 20, ..LIMITS };
    let server = start_with(limits).await;
    let head = "POST /body HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    let (mut answer, mut body) = server.send(head).await.into_split();
    let dripping = async {
        while body.write_all(b"1\r\n1\r\n").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    let mut status = [0; 12];
    let answered = tokio::select! {
        answered = answer.read_exact(&mut status) => answered,
        () = dripping => panic!("the connection ended without an answer"),
        () = sleep(LONG / 2) => panic!("the client may drip for ever"),
    };
    assert_eq!(answered.map(|_| &status[9..]).unwrap(), b"408");
}

#[tokio::test]
async fn a_client_that_reads_a_byte_now_and_then_is_cut_off() {
    let server = start_with(Limits { write: Duration::from_millis(500), ..LIMITS }).await;
    let mut stream = server.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    for _ in 0..30 {
        sleep(Duration::from_millis(50)).await;
        stream.read_u8().await.unwrap();
    }
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(LONG, stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok() && rest.len() < LARGE, "{} bytes came", rest.len());
}

#[tokio::test]
async fn a_client_that_sends_all_before_it_reads_hears_of_a_refusal() {
    let server = start_with(Limits { connections: 100, ..LIMITS }).await;
    let address = server.address;
    for (path, expected) in [("/refused", "401"), ("/body", "413"), ("/", "200")] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\n");
        let client = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&vec![b'x'; 4_000_000])?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok::<_, std::io::Error>(answer)
        };
        let answer = tokio::task::spawn_blocking(client).await.unwrap().unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(expected), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
    server.stop.send(()).unwrap();
    server.ended.await.unwrap();
}

#[tokio::test]
async fn a_client_that_reads_early_hears_of_a_refusal_at_once() {
    let server = start().await;
    let head = "POST /refused HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
    let mut stream = server.send(head).await;
    assert_eq!(status(&mut stream).await, "401");
}
