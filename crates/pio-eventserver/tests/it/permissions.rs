//! Access keys that may not do everything.

use pio_storage::Storage;
use pio_storage::access_keys::{NewAccessKey, Permissions};

use crate::client::{Call, Reply};
use crate::server::Server;

const RATE: &str = r#"{"eventId":"r1","event":"rate","entityType":"user","entityId":"u"}"#;
const BUY: &str = r#"{"eventId":"b1","event":"buy","entityType":"user","entityId":"u"}"#;

/// A server with two events and a key that has these permissions and events.
async fn server(permissions: Permissions, events: &[&str]) -> Server {
    let server = Server::start(pio_eventserver::config::Config { stats: true, ..Default::default() }).await;
    for event in [RATE, BUY] {
        assert_eq!(server.post("/events.json?accessKey=ACCESSKEY", event).await.status, 201);
    }
    let events = events.iter().map(|&event| event.to_owned()).collect();
    let key = NewAccessKey { key: Some("K".to_owned()), app_id: 1, events, permissions: Some(permissions) };
    let storage = Storage::connect(&server.settings).await.unwrap();
    storage.access_keys().create(&key).await.unwrap();
    server
}

async fn delete(server: &Server, id: &str) -> Reply {
    server
        .call(&Call { method: "DELETE".to_owned(), ..Call::get(&format!("/events/{id}.json?accessKey=K")) })
        .await
}

fn is_refused(reply: &Reply, words: &str) {
    assert_eq!(reply.status, 403, "{}", reply.body);
    assert_eq!(reply.body, format!(r#"{{"message":"{words}"}}"#));
}

const READ: &str = "This access key may not read events. Use one that `pio accesskey new --read` made.";
const WRITE: &str = "This access key may not write events. Use one that `pio accesskey new --write` made.";
const DELETE: &str = "This access key may not delete events. Use one that `pio accesskey new --delete` made.";

#[tokio::test]
async fn a_key_that_may_only_write_reads_and_deletes_nothing() {
    let server = server(Permissions { read: false, write: true, delete: false }, &[]).await;
    assert_eq!(server.post("/events.json?accessKey=K", RATE.replace("r1", "r2")).await.status, 201);
    let batch = format!("[{}]", RATE.replace("r1", "r3"));
    assert_eq!(server.post("/batch/events.json?accessKey=K", batch).await.status, 200);
    for path in ["/events.json", "/events/r1.json", "/stats.json"] {
        is_refused(&server.get(&format!("{path}?accessKey=K")).await, READ);
    }
    is_refused(&delete(&server, "r1").await, DELETE);
    assert_eq!(server.get("/events/r1.json?accessKey=ACCESSKEY").await.status, 200);
}

#[tokio::test]
async fn a_key_that_may_only_read_stores_and_deletes_nothing() {
    let server = server(Permissions { read: true, write: false, delete: false }, &[]).await;
    assert_eq!(server.get("/events.json?accessKey=K").await.status, 200);
    assert_eq!(server.get("/events/r1.json?accessKey=K").await.status, 200);
    let new = RATE.replace("r1", "r2");
    is_refused(&server.post("/events.json?accessKey=K", new.clone()).await, WRITE);
    is_refused(&server.post("/batch/events.json?accessKey=K", format!("[{new}]")).await, WRITE);
    is_refused(&server.post("/webhooks/segmentio.json?accessKey=K", "{}").await, WRITE);
    is_refused(&server.post("/webhooks/mailchimp.form?accessKey=K", "a=b").await, WRITE);
    is_refused(&delete(&server, "r1").await, DELETE);
    assert_eq!(server.get("/events/r2.json?accessKey=ACCESSKEY").await.status, 404);
}

#[tokio::test]
async fn the_events_of_a_key_with_permissions_count_for_reading_and_deleting_too() {
    let server = server(Permissions { read: true, write: true, delete: true }, &["rate"]).await;
    let listed = server.get("/events.json?accessKey=K").await;
    assert!(listed.body.contains(r#""r1""#) && !listed.body.contains(r#""b1""#), "{}", listed.body);
    for path in ["/events.json?event=buy&accessKey=K", "/events/b1.json?accessKey=K"] {
        is_refused(&server.get(path).await, "buy events are not allowed");
    }
    is_refused(&delete(&server, "b1").await, "buy events are not allowed");
    is_refused(
        &server.post("/events.json?accessKey=K", BUY.replace("b1", "b2")).await,
        "buy events are not allowed",
    );
    assert_eq!(server.get("/stats.json?accessKey=K").await.status, 403);
    assert_eq!(server.get("/events.json?event=rate&accessKey=K").await.status, 200);
    assert_eq!(delete(&server, "r1").await.status, 200);
    assert_eq!(delete(&server, "r1").await.status, 404);
    assert_eq!(server.get("/events/b1.json?accessKey=ACCESSKEY").await.status, 200);
}

#[tokio::test]
async fn a_list_of_events_alone_is_for_what_is_sent_as_in_pio() {
    let server = server(Permissions { read: true, write: true, delete: true }, &[]).await;
    assert_eq!(
        server
            .post("/events.json?accessKey=ACCESSKEY", RATE.replace("rate", "view").replace("r1", "v1"))
            .await
            .status,
        201
    );
    assert_eq!(server.get("/events/v1.json?accessKey=RESTRICTEDKEY").await.status, 200);
    let gone = Call { method: "DELETE".to_owned(), ..Call::get("/events/v1.json?accessKey=RESTRICTEDKEY") };
    assert_eq!(server.call(&gone).await.status, 200);
}
