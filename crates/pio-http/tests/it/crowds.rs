//! More connections than a server has room for.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use pio_http::limits::Limits;
use tokio::io::AsyncWriteExt as _;
use tokio::time::sleep;

use crate::{LIMITS, start_with, status};

const GET: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const STUCK: &str = "GET /stuck HTTP/1.1\r\nhost: x\r\n\r\n";

/// How long a client that drips its body waits between two bytes.
const DRIP: Duration = Duration::from_millis(20);

/// Idle connections are kept for longer than a test takes.
const PATIENT: Limits = Limits { idle: Duration::from_mins(1), header: Duration::from_mins(1), ..LIMITS };

#[tokio::test]
async fn the_connection_that_was_idle_longest_makes_room_for_a_further_one() {
    let server = start_with(PATIENT).await;
    let mut silent = server.send("").await;
    let mut kept = server.send(GET).await;
    assert_eq!(status(&mut kept).await, "200");
    let mut busy = server.send(STUCK).await;
    // Until the one that was answered is quiet.
    while server.connections.idle() < 2 {
        sleep(Duration::from_millis(20)).await;
    }
    let mut further = server.send(GET).await;
    assert_eq!(status(&mut further).await, "200");
    assert_eq!(status(&mut silent).await, "", "nothing ever came on it");
    kept.write_all(GET.as_bytes()).await.unwrap();
    assert_eq!(status(&mut kept).await, "200", "it is quiet, but not for as long");
    assert_eq!(server.connections.evicted.load(Relaxed), 1);
    assert_eq!(server.connections.refused.load(Relaxed), 0);
    let cut = tokio::time::timeout(Duration::from_millis(50), status(&mut busy)).await;
    assert!(cut.is_err(), "a request that is under way is left alone");
}

#[tokio::test]
async fn connections_beyond_the_limit_are_refused_where_none_is_idle() {
    let server = start_with(PATIENT).await;
    let held = [server.send(STUCK).await, server.send(STUCK).await, server.send(STUCK).await];
    while server.connections.idle() > 0 || server.connections.open.load(Relaxed) < 3 {
        sleep(Duration::from_millis(10)).await;
    }
    let mut refused = server.send("").await;
    assert_eq!(status(&mut refused).await, "503");
    assert_eq!(server.connections.refused.load(Relaxed), 1);
    drop(held);
}

#[tokio::test]
async fn requests_wait_for_their_turn_where_few_may_be_under_way() {
    let server = start_with(Limits { active: 1, ..PATIENT }).await;
    let slow = "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";
    let (mut first, mut second, mut third) =
        (server.send(slow).await, server.send(slow).await, server.send(GET).await);
    assert_eq!(status(&mut third).await, "200");
    assert_eq!(status(&mut second).await, "200");
    assert_eq!(status(&mut first).await, "200");
    // Each of them is kept alive, although only one can be under way.
    for stream in [&mut first, &mut second, &mut third] {
        stream.write_all(GET.as_bytes()).await.unwrap();
        assert_eq!(status(stream).await, "200");
    }
}

#[tokio::test]
async fn a_head_that_comes_slowly_does_not_keep_others_waiting() {
    let server = start_with(Limits { active: 1, ..PATIENT }).await;
    let mut slow = server.send("GET / HTTP/1.1\r\n").await;
    while server.connections.idle() > 0 || server.connections.open.load(Relaxed) < 1 {
        sleep(Duration::from_millis(10)).await;
    }
    let mut other = server.send(GET).await;
    assert_eq!(status(&mut other).await, "200");
    assert_eq!(status(&mut slow).await, "408");
}

#[tokio::test]
async fn half_a_head_behind_a_request_does_not_keep_others_waiting() {
    let server = start_with(Limits { active: 1, ..PATIENT }).await;
    let mut half = server.send(&format!("{GET}GET / HT")).await;
    assert_eq!(status(&mut half).await, "200");
    let mut other = server.send(GET).await;
    assert_eq!(status(&mut other).await, "200");
    assert_eq!(status(&mut half).await, "408");
}

#[tokio::test]
async fn who_goes_on_sending_after_a_refusal_does_not_keep_others_waiting() {
    let server = start_with(Limits { active: 1, connections: 2, ..PATIENT }).await;
    let mut refused = server.send("POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 4000\r\n\r\n").await;
    assert_eq!(status(&mut refused).await, "401");
    let dripping = tokio::spawn(async move {
        while refused.write_all(b"x").await.is_ok() {
            sleep(DRIP).await;
        }
    });
    let mut other = server.send(GET).await;
    assert_eq!(status(&mut other).await, "200");
    let mut further = server.send(GET).await;
    assert_eq!(status(&mut further).await, "200");
    assert_eq!(server.connections.refused.load(Relaxed), 0, "the refused client makes room");
    dripping.await.unwrap();
}
