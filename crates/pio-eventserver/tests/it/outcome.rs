//! What a 503 says of the events of its request: they were not stored, or nobody knows, and then they can be sent again.

use std::time::Duration;

use pio_eventserver::config::Config;
use pio_settings::database::DatabaseSettings;
use pio_storage::Storage;
use pio_storage::events::filter::Filter;
use pio_storage::events::table::EventTable;
use pio_storage::test_support::{PrivateServer, run_sql};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::client::{self, Call, Reply};
use crate::server::{Server, seed};

const EVENTS: &str = "/events.json?accessKey=ACCESSKEY";
const BATCH: &str = "/batch/events.json?accessKey=ACCESSKEY";
const SEGMENT: &str = "/webhooks/segmentio.json?accessKey=ACCESSKEY";

/// Longer than the server waits for the answer to a COMMIT, in seconds.
const SLOW: &str = "7";

/// Longer than the server waits for a locked table, and shorter than it takes PostgreSQL to notice that it does, in seconds.
const LOCKED: f64 = 7.5;

/// The tables of the first app, its channel, and the second app.
const TABLES: [&str; 3] = ["pio_event_1", "pio_event_1_1", "pio_event_2"];

/// Makes the commit of an event of the entity `slow` take as long as the table `slow` says, even when its client has gone.
async fn slow_down_commits(settings: &DatabaseSettings) {
    let slow = format!(
        "CREATE TABLE slow (seconds float8); INSERT INTO slow VALUES ({SLOW}); \
         CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM set_config('client_connection_check_interval', '0', true); \
         PERFORM pg_sleep(seconds) FROM slow; RETURN NULL; END $$"
    );
    run_sql(settings, &slow).await;
    for table in TABLES {
        let trigger = format!(
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW WHEN (NEW.entityid = 'slow') EXECUTE FUNCTION slow()"
        );
        run_sql(settings, &trigger).await;
    }
}

fn event(entity: &str) -> Value {
    json!({ "event": "e", "entityType": "user", "entityId": entity })
}

fn post(event: &Value) -> Call {
    Call::post(EVENTS, event.to_string())
}

fn batch(events: &[Value]) -> Call {
    Call::post(BATCH, Value::from(events).to_string())
}

fn segment(user: &str) -> Call {
    let call = json!({
        "version": 2, "type": "page", "user_id": user, "name": "n",
        "sent_at": "2015-08-21T15:25:32.799Z", "timestamp": "2015-08-21T15:25:32.799Z",
    });
    Call::post(SEGMENT, call.to_string())
}

fn was_not_stored(reply: &Reply) {
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")), "{}", reply.body);
    let body = reply.json();
    assert!(body["message"].as_str().unwrap().contains("was not stored"), "{body}");
    assert_eq!(body["outcome"], "not stored", "{body}");
}

/// The ids under which the events may be stored.
fn is_unknown(reply: &Reply) -> Vec<Value> {
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")), "{}", reply.body);
    let body = reply.json();
    assert_eq!(body["outcome"], "unknown", "{body}");
    let message = body["message"].as_str().unwrap();
    assert!(message.contains("unknown whether") && message.contains("Send the same request again"), "{body}");
    body["eventIds"].as_array().unwrap().clone()
}

/// How many events of this entity the first app has.
async fn count(settings: &DatabaseSettings, entity: &str) -> usize {
    count_in(settings, EventTable::of_app(1), entity).await
}

async fn count_in(settings: &DatabaseSettings, table: EventTable, entity: &str) -> usize {
    let storage = Storage::connect(settings).await.unwrap();
    let filter = Filter { entity_id: Some(entity.to_owned()), ..Filter::default() };
    storage.events().find(table, &filter).await.unwrap().len()
}

/// Holds the table's lock for some seconds.
async fn lock(settings: &DatabaseSettings, seconds: f64) -> JoinHandle<()> {
    let sql = format!("BEGIN; LOCK TABLE pio_event_1; SELECT pg_sleep({seconds}); COMMIT");
    let settings = settings.clone();
    let locked = tokio::spawn(async move { run_sql(&settings, &sql).await });
    sleep(Duration::from_millis(300)).await;
    locked
}

async fn slow_server() -> Server {
    let server = Server::start(Config::default()).await;
    slow_down_commits(&server.settings).await;
    server
}

async fn commits_are_quick_again(server: &Server) {
    run_sql(&server.settings, "DELETE FROM slow").await;
}

/// Waits until a transaction is being committed.
async fn in_commit(settings: &DatabaseSettings) {
    let sql = "DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM pg_stat_activity \
        WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active') \
        LOOP PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$";
    run_sql(settings, sql).await;
}

/// Sends a request again, as its client does that gets 503, until it is answered.
async fn again(server: &Server, call: &Call) -> Reply {
    for _ in 0..20 {
        let reply = server.call(call).await;
        if reply.status != 503 {
            return reply;
        }
        sleep(Duration::from_millis(500)).await;
    }
    panic!("{} was not answered", call.path);
}

/// Sends requests at the same time.
async fn all(server: &Server, calls: &[Call]) -> Vec<Reply> {
    futures_util::future::join_all(calls.iter().map(|call| client::call(server.address, call))).await
}

#[tokio::test]
async fn what_a_locked_table_held_up_is_not_stored_afterwards() {
    let server = Server::start(Config::default()).await;
    let locked = lock(&server.settings, LOCKED).await;
    let calls = [post(&event("x")), batch(&[event("x"), event("x")]), segment("x")];
    all(&server, &calls).await.iter().for_each(was_not_stored);
    locked.await.unwrap();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(count(&server.settings, "x").await, 0);
    for call in &calls {
        assert!(again(&server, call).await.status < 300);
    }
    assert_eq!(count(&server.settings, "x").await, 4);
}

#[tokio::test]
async fn what_a_database_that_stood_still_was_sent_is_not_stored_afterwards() {
    let database = PrivateServer::start();
    let settings = database.ensure_running();
    seed(&Storage::connect(&settings).await.unwrap(), &settings).await;
    let server = Server::on(settings.clone(), Config::default()).await;
    server.ready().await;
    assert_eq!(server.call(&post(&event("before"))).await.status, 201);
    database.freeze(true);
    let replies = all(&server, &[post(&event("x")), batch(&[event("x")])]).await;
    database.freeze(false);
    replies.iter().for_each(was_not_stored);
    server.ready().await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(count(&settings, "x").await, 0);
}

/// An event, a batch and a call of a webhook, each to a table of its own so that none waits for another.
fn three_slow_calls() -> [Call; 3] {
    let mut own = event("own");
    own["eventId"] = json!("mine");
    let events = [event("twin"), json!({ "event": "e" }), event("twin"), own, event("slow")];
    let mut batch = batch(&events);
    batch.path = batch.path.replace("ACCESSKEY", "OTHERKEY");
    let mut segment = segment("slow");
    segment.path += "&channel=ch1";
    [post(&event("slow")), batch, segment]
}

#[tokio::test]
async fn what_has_an_unknown_outcome_is_stored_once_when_it_is_sent_again() {
    let server = slow_server().await;
    let calls = three_slow_calls();
    let replies = all(&server, &calls).await;
    let ids: Vec<Vec<Value>> = replies.iter().map(is_unknown).collect();
    assert_eq!((ids[1].len(), &ids[1][1], &ids[1][3]), (5, &Value::Null, &json!("mine")));
    let metrics = server.get("/metrics").await.body;
    for line in ["pio_eventserver_unknown_commits_total 3", "pio_eventserver_unknown_events 5"] {
        assert!(metrics.lines().any(|found| found == line), "no {line} in\n{metrics}");
    }
    commits_are_quick_again(&server).await;
    for place in [0, 2] {
        let reply = again(&server, &calls[place]).await;
        assert_eq!((reply.status, &reply.json()["eventId"]), (201, &ids[place][0]));
    }
    let items = again(&server, &calls[1]).await.json();
    let statuses: Vec<_> = items.as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, [201, 400, 201, 201, 201]);
    for place in [0, 2, 3, 4] {
        assert_eq!(items[place]["eventId"], ids[1][place], "{items}");
    }
    let (first, channel, second) =
        (EventTable::of_app(1), EventTable::of_channel(1, 1), EventTable::of_app(2));
    let stored = [
        (first, "slow", 1),
        (channel, "slow", 1),
        (second, "twin", 2),
        (second, "own", 1),
        (second, "slow", 1),
    ];
    for (table, entity, times) in stored {
        assert_eq!(count_in(&server.settings, table, entity).await, times, "{table} {entity}");
    }
    let third = server.call(&calls[0]).await;
    assert_eq!(third.status, 201);
    assert_ne!(third.json()["eventId"], ids[0][0], "the event happened again");
    assert_eq!(count(&server.settings, "slow").await, 2);
}

#[tokio::test]
async fn an_event_of_unknown_outcome_that_was_not_committed_is_stored_when_it_is_sent_again() {
    let server = slow_server().await;
    let slow = post(&event("slow"));
    let ids = is_unknown(&server.call(&slow).await);
    run_sql(
        &server.settings,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
         WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'; DELETE FROM slow",
    )
    .await;
    assert_eq!(count(&server.settings, "slow").await, 0);
    // An attempt that is not stored for certain does not make the first one known, however the event is written.
    let locked = lock(&server.settings, LOCKED).await;
    assert_eq!(is_unknown(&server.call(&slow).await), ids);
    locked.await.unwrap();
    let locked = lock(&server.settings, LOCKED).await;
    let mixed = batch(&[
        event("new"),
        json!({ "entityId": "slow", "event": "e", "entityType": "user", "properties": {} }),
    ]);
    assert_eq!(is_unknown(&server.call(&mixed).await), [Value::Null, ids[0].clone()]);
    locked.await.unwrap();
    let again = again(&server, &slow).await;
    assert_eq!((again.status, &again.json()["eventId"]), (201, &ids[0]));
    assert_eq!(count(&server.settings, "slow").await, 1);
}

#[tokio::test]
async fn a_database_that_stands_still_in_a_commit_leaves_nothing_doubled() {
    let database = PrivateServer::start();
    let settings = database.ensure_running();
    seed(&Storage::connect(&settings).await.unwrap(), &settings).await;
    slow_down_commits(&settings).await;
    let server = Server::on(settings.clone(), Config::default()).await;
    server.ready().await;
    let (address, slow) = (server.address, batch(&[event("slow"), event("x")]));
    let call = slow.clone();
    let waiting = tokio::spawn(async move { client::call(address, &call).await });
    in_commit(&settings).await;
    database.freeze(true);
    let ids = is_unknown(&waiting.await.unwrap());
    database.freeze(false);
    server.ready().await;
    run_sql(&settings, "DELETE FROM slow").await;
    let again = again(&server, &slow).await.json();
    for place in [0, 1] {
        assert_eq!((&again[place]["status"], &again[place]["eventId"]), (&json!(201), &ids[place]));
    }
    assert_eq!((count(&settings, "slow").await, count(&settings, "x").await), (1, 1));
}

/// An event of the entity `poison` cannot be stored; one of the entity `cut` loses the connection.
const FAULTS: &str = "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
    IF NEW.entityid = 'poison' THEN RAISE EXCEPTION 'no'; END IF; \
    PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$; \
    CREATE TRIGGER fault BEFORE INSERT ON pio_event_1 FOR EACH ROW \
    WHEN (NEW.entityid IN ('poison', 'cut')) EXECUTE FUNCTION fault()";

#[tokio::test]
async fn a_batch_is_stored_without_what_cannot_be_or_not_at_all() {
    let server = Server::start(Config::default()).await;
    run_sql(&server.settings, FAULTS).await;
    let reply = server.call(&batch(&[event("a"), event("poison"), event("b")])).await.json();
    let statuses: Vec<_> = reply.as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(statuses, [201, 500, 201]);
    let cut = [event("c"), event("d"), event("e"), event("poison"), event("f"), event("cut")];
    was_not_stored(&server.call(&batch(&cut)).await);
    for (entity, times) in [("a", 1), ("b", 1), ("c", 0), ("d", 0), ("e", 0), ("f", 0)] {
        assert_eq!(count(&server.settings, entity).await, times, "{entity}");
    }
}

#[tokio::test]
async fn batches_that_share_commits_are_stored_whole_or_not_at_all() {
    // 45 batches of 49 events are more than one commit takes, and no multiple of it.
    let server = Server::start(Config::default()).await;
    run_sql(&server.settings, FAULTS).await;
    let locked = lock(&server.settings, 2.0).await;
    let calls: Vec<Call> = (0..45)
        .map(|number| {
            let last = if number == 44 { "cut".to_owned() } else { format!("b{number}") };
            let mut events = vec![event(&format!("b{number}")); 48];
            events.push(event(&last));
            batch(&events)
        })
        .collect();
    let replies = all(&server, &calls).await;
    locked.await.unwrap();
    for (number, reply) in replies.iter().enumerate() {
        let stored = count(&server.settings, &format!("b{number}")).await;
        if reply.status == 200 {
            assert_eq!(stored, 49, "batch {number}");
        } else {
            was_not_stored(reply);
            assert_eq!(stored, 0, "batch {number}");
        }
    }
    assert_eq!(replies[44].status, 503);
}

#[tokio::test]
async fn a_deletion_without_an_answer_is_told_as_such() {
    let server = Server::start(Config::default()).await;
    let id = server.call(&post(&event("x"))).await.json()["eventId"].as_str().unwrap().to_owned();
    let delete = Call {
        method: "DELETE".into(),
        path: format!("/events/{id}.json?accessKey=ACCESSKEY"),
        ..Call::default()
    };
    let locked = lock(&server.settings, LOCKED).await;
    assert_eq!(server.call(&delete).await.status, 503);
    locked.await.unwrap();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(count(&server.settings, "x").await, 1, "given up before the commit");
    run_sql(
        &server.settings,
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$; \
         CREATE CONSTRAINT TRIGGER slow AFTER DELETE ON pio_event_1 DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION slow()",
    )
    .await;
    let reply = server.call(&delete).await;
    assert_eq!((reply.status, &reply.json()["outcome"]), (503, &json!("unknown")), "{}", reply.body);
    assert!(reply.body.contains("unknown whether the event was deleted"), "{}", reply.body);
}
