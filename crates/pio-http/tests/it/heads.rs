//! Heads that may be read in two ways.

use tokio::io::AsyncReadExt as _;

use crate::{Server, start};

const GET: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

/// All that comes back until the connection is closed.
async fn answers(server: &Server, text: &str) -> String {
    let mut stream = server.send(text).await;
    let mut answers = Vec::new();
    stream.read_to_end(&mut answers).await.unwrap();
    String::from_utf8_lossy(&answers).into_owned()
}

#[tokio::test]
async fn heads_that_break_the_rules_are_refused() {
    let server = start().await;
    for head in [
        "GET / HTTP/1.1\n\n",
        "GET / HTTP/1.1\nhost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\n\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET http://x/ HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n",
        "GET / HTTP/1.0\r\nhost: x\r\nhost: y\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x/y\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\na: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\na: b\0\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\na: b\x01\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\na: b\rc\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: x\r\na : b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost : x\r\n\r\n",
        "GET  / HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12",
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 1, 1\r\n\r\n1",
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n1",
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /body HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
        "POST /body HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n0\r\n\r\n",
        "POST /body HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\n1\r\n0\r\n\r\n",
    ] {
        // A sound request before it, in the same packet, is answered.
        let answers = answers(&server, &[GET, head].concat()).await;
        let statuses = answers.split("HTTP/1.1 ").filter_map(|answer| answer.get(..3)?.parse::<u16>().ok());
        assert_eq!(statuses.collect::<Vec<_>>(), [200, 400], "{head:?}: {answers}");
    }
}

#[tokio::test]
async fn heads_that_are_rare_but_sound_are_taken() {
    let server = start().await;
    for head in [
        "GET http://x/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHOST: [::1]:8000\r\nconnection: close\r\n\r\n",
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 1\r\nconnection: close\r\n\r\n1",
        "POST /body HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n1;a=b\r\n1\r\n0\r\n\r\n",
    ] {
        let answers = answers(&server, head).await;
        assert_eq!(answers.split(' ').nth(1), Some("200"), "{head:?}: {answers}");
    }
}

#[tokio::test]
async fn a_malformed_head_is_told_why() {
    let server = start().await;
    let answer = answers(&server, "GET / HTTP/1.1\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\nconnection: close"), "{answer}");
    assert!(
        answer.ends_with("{\"message\":\"A request of HTTP/1.1 needs exactly one Host header.\"}"),
        "{answer}"
    );
}
