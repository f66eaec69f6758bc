//! What is stored, and what of it is answered.

use pio_eventserver::config::Config;
use pio_settings::database::DatabaseSettings;
use pio_storage::Storage;
use pio_storage::access_keys::NewAccessKey;
use pio_storage::events::NewEvent;
use pio_storage::events::table::EventTable;
use pio_storage::test_support::run_sql;
use serde_json::json;

use crate::client::{Call, call};
use crate::server::Server;

const EVENTS: &str = "/events.json?accessKey=ACCESSKEY";
const BATCH: &str = "/batch/events.json?accessKey=ACCESSKEY";

fn event(id: &str, rating: u32) -> String {
    json!({
        "eventId": id, "event": "rate", "entityType": "user", "entityId": "u1",
        "targetEntityType": "item", "targetEntityId": "i1", "properties": { "rating": rating },
    })
    .to_string()
}

#[tokio::test]
async fn a_row_is_what_pio_would_have_written() {
    let server = Server::start(Config::default()).await;
    let body = r#"{"event":"$set","entityType":"user","entityId":7,"eventTime":"2014-11-22T10:00:00.5+09:00","tags":["a"]}"#;
    let id = server.post(EVENTS, body).await.json()["eventId"].as_str().unwrap().to_owned();
    let storage = Storage::connect(&server.settings).await.unwrap();
    let stored = storage.events().get(EventTable::of_app(1), &id).await.unwrap().unwrap();
    assert_eq!((stored.entity_id.as_str(), stored.properties.as_str()), ("7", "{}"));
    assert_eq!((stored.target_entity_type, stored.pr_id, stored.tags.len()), (None, None, 0));
    assert_eq!(stored.event_time.to_rfc3339(), "2014-11-22T10:00:00.500+09:00");
    assert_eq!(stored.creation_time.offset().local_minus_utc(), 0);
}

#[tokio::test]
async fn an_event_that_is_sent_again_is_stored_once() {
    let server = Server::start(Config::default()).await;
    for _ in 0..3 {
        let reply = server.post(EVENTS, event("mine", 4)).await;
        assert_eq!((reply.status, reply.json()), (201, json!({ "eventId": "mine" })));
    }
    let reply = server.post(EVENTS, event("mine", 5)).await;
    assert_eq!(reply.status, 409);
    let stored = server.get("/events/mine.json?accessKey=ACCESSKEY").await.json();
    assert_eq!(stored["properties"], json!({ "rating": 4 }));
}

#[tokio::test]
async fn a_conflict_within_a_batch_leaves_the_others_alone() {
    let server = Server::start(Config::default()).await;
    server.post(EVENTS, event("taken", 1)).await;
    let batch = [event("one", 1), event("taken", 2), event("two", 1), event("two", 2)].join(",");
    let reply = server.post(BATCH, format!("[{batch}]")).await.json();
    let statuses: Vec<_> =
        reply.as_array().unwrap().iter().map(|item| item["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 409, 201, 409]);
}

#[tokio::test]
async fn a_second_document_is_refused_and_nothing_is_stored() {
    let server = Server::start(Config::default()).await;
    let (one, two) = (event("one", 1), event("two", 2));
    for rest in [two.as_str(), "{\"event\":\"cut", "[]", "null", "x", "\u{feff}{}", "}"] {
        for (path, body) in [(EVENTS, format!("{one}{rest}")), (BATCH, format!("[{one}]\n{rest}"))] {
            let reply = server.post(path, body.clone()).await;
            assert!(reply.status == 400 && reply.json()["message"].is_string(), "{body}: {}", reply.body);
        }
    }
    assert_eq!(server.get(EVENTS).await.status, 404, "nothing is stored");
    let segment = r#"{"version":2,"type":"track","event":"e","timestamp":"2015-08-21T15:25:32Z","sent_at":"x","user_id":"u"}"#;
    let reply = server.post("/webhooks/segmentio.json?accessKey=ACCESSKEY", segment.repeat(2)).await;
    assert_eq!(reply.status, 400, "{}", reply.body);
    for (path, body) in [(EVENTS, format!("\u{feff}{one}")), (BATCH, format!("\u{feff}[{two}],\r\n"))] {
        let reply = server.post(path, body).await;
        assert!(matches!(reply.status, 200 | 201), "a byte order mark is accepted: {}", reply.body);
    }
}

#[tokio::test]
async fn a_number_that_cannot_be_stored_fails_its_event_alone() {
    let server = Server::start(Config::default()).await;
    let event = |number: &str| {
        format!(r#"{{"event":"e","entityType":"user","entityId":"u","properties":{{"x":{number}}}}}"#)
    };
    let (digits, huge) = ("7".repeat(5001), "1".repeat(3_000_000));
    let numbers = ["1", "1e400", &digits, "2", &huge, "-1E+309"];
    let batch = numbers.map(event).join(",");
    let reply = server.post(BATCH, format!("[{batch}]")).await.json();
    let statuses: Vec<_> =
        reply.as_array().unwrap().iter().map(|item| item["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 400, 400, 201, 400, 400]);
    assert!(reply[1]["message"].as_str().unwrap().contains("property x"), "{reply}");
    for number in &numbers[1..3] {
        assert_eq!(server.post(EVENTS, event(number)).await.status, 400);
    }
    let segment = |number: &str| {
        format!(
            r#"{{"version":2,"type":"track","event":"e","timestamp":"2015-08-21T15:25:32Z","sent_at":"x","user_id":"u",
                "properties":{{"x":{number}}}}}"#
        )
    };
    let path = "/webhooks/segmentio.json?accessKey=ACCESSKEY";
    for (number, status) in [("1.5", 201), ("1e400", 400), (digits.as_str(), 400)] {
        assert_eq!(server.post(path, segment(number)).await.status, status);
    }
    let accepted = "123456789012345678901234567890";
    let id = server.post(EVENTS, event(accepted)).await.json()["eventId"].as_str().unwrap().to_owned();
    let stored = server.get(&format!("/events/{id}.json?accessKey=ACCESSKEY")).await.body;
    assert!(stored.contains(&format!("{{\"x\":{accepted}}}")), "{stored}");
}

#[tokio::test]
async fn requests_that_come_together_are_each_answered_for_themselves() {
    let server = Server::start(Config::default()).await;
    server.post(EVENTS, event("taken", 1)).await;
    let calls = (0..60).map(|number| {
        let id = if number % 3 == 0 { "taken".to_owned() } else { format!("id{number}") };
        let call = Call::post(EVENTS, event(&id, 2));
        let address = server.address;
        tokio::spawn(async move { (number, crate::client::call(address, &call).await) })
    });
    for call in calls.collect::<Vec<_>>() {
        let (number, reply) = call.await.unwrap();
        assert_eq!(reply.status, if number % 3 == 0 { 409 } else { 201 }, "{number}");
    }
}

#[tokio::test]
async fn an_event_may_be_of_any_size_that_a_body_may_have() {
    let server = Server::start(Config::default()).await;
    let long = (0..100_000).map(|number| format!("{number:x}")).collect::<Vec<_>>().concat();
    let body = json!({ "event": "e", "entityType": long, "entityId": long, "properties": { "x": long } });
    let reply = server.post(EVENTS, body.to_string()).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
}

#[tokio::test]
async fn keys_and_channels_count_from_the_moment_they_are_made_until_they_are_deleted() {
    let server = Server::start(Config::default()).await;
    let storage = Storage::connect(&server.settings).await.unwrap();
    let list = "/events.json?accessKey=NEWKEY";
    assert_eq!(server.get(list).await.status, 401);
    let key = NewAccessKey { key: Some("NEWKEY".to_owned()), app_id: 1, ..NewAccessKey::default() };
    storage.access_keys().create(&key).await.unwrap();
    eventually(&server, list, 404).await;
    let list = "/events.json?accessKey=NEWKEY&channel=new";
    assert_eq!(server.get(list).await.status, 401);
    let channel = storage.channels().create(1, "new").await.unwrap();
    eventually(&server, list, 404).await;
    storage.channels().delete(&channel).await.unwrap();
    eventually(&server, list, 401).await;
    storage.access_keys().delete("NEWKEY").await.unwrap();
    eventually(&server, "/events.json?accessKey=NEWKEY", 401).await;
}

/// Changes are heard of within a fraction of the time for which look-ups are kept.
async fn eventually(server: &Server, path: &str, status: u16) {
    for _ in 0..30 {
        if server.get(path).await.status == status {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{path} was not answered with {status}");
}

#[tokio::test]
async fn an_id_that_an_import_holds_keeps_no_other_event_waiting() {
    let server = Server::start(Config::default()).await;
    let storage = Storage::connect(&server.settings).await.unwrap();
    let mut import = storage.events().import(EventTable::of_app(1)).await.unwrap();
    let held = NewEvent { id: Some("held".to_owned()), event: "e".to_owned(), ..NewEvent::default() };
    import.add(&[held]).await.unwrap();
    let address = server.address;
    let blocked = tokio::spawn(async move { call(address, &Call::post(EVENTS, event("held", 1))).await });
    until_blocked(&server.settings).await;
    let plain = r#"{"event":"e","entityType":"user","entityId":"1"}"#;
    assert_eq!(server.post(EVENTS, plain).await.status, 201);
    assert!(!blocked.is_finished(), "the event with the id waits for the import");
    import.commit().await.unwrap();
    assert_eq!(blocked.await.unwrap().status, 409);
}

/// Waits until a session of the database waits for another one's transaction.
async fn until_blocked(settings: &DatabaseSettings) {
    let sql = "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event = 'transactionid') \
        LOOP PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$";
    run_sql(settings, sql).await;
}
