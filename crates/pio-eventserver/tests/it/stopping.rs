//! Stopping: what was begun is finished, and nothing new is begun.

use std::time::{Duration, Instant};

use pio_eventserver::config::Config;
use pio_storage::Storage;
use pio_storage::events::filter::Filter;
use pio_storage::events::table::EventTable;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Call, Client};
use crate::load::Load;
use crate::server::Server;

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end() {
    let mut server = Server::start(Config::default()).await;
    let body = r#"{"event":"e","entityType":"user","entityId":"1"}"#;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /events.json?accessKey=ACCESSKEY HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(server.address).await.is_err(), "new connections are still taken");
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    server.stopped().await;
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_end() {
    let server = Server::start(Config::default()).await;
    let mut client = Client::connect(server.address).await;
    client.call(&Call::get("/")).await.unwrap();
    let _silent = TcpStream::connect(server.address).await.unwrap();
    let started = Instant::now();
    server.stopped().await;
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[tokio::test]
async fn whatever_was_acknowledged_until_the_end_is_stored_once() {
    let server = Server::start(Config::default()).await;
    let load = Load::start(server.address, 16, 0);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let settings = server.settings.clone();
    server.stopped().await;
    let acknowledged = load.finish().await;
    assert!(acknowledged.len() > 20, "only {} events were acknowledged", acknowledged.len());
    let storage = Storage::connect(&settings).await.unwrap();
    let stored = storage.events().find(EventTable::of_app(1), &Filter::default()).await.unwrap();
    for number in acknowledged {
        let count = stored.iter().filter(|event| event.entity_id == number.to_string()).count();
        assert_eq!(count, 1, "event {number}");
    }
}
