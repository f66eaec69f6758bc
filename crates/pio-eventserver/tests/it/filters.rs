//! Searches against a plain model of them.

use pio_eventserver::config::Config;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::client::{Call, Client, call};
use crate::server::Server;

const DAY: &str = "2015-01-";

struct Stored {
    id: String,
    day: u32,
    event: Value,
}

fn one_of<'a>(random: &mut StdRng, of: &[&'a str]) -> &'a str {
    of[random.random_range(0..of.len())]
}

/// Few names, so that filters find something.
fn random_event(random: &mut StdRng) -> (u32, Value) {
    let day = random.random_range(1..10);
    let mut event = json!({
        "event": one_of(random, &["view", "buy"]),
        "entityType": one_of(random, &["user", "user2"]),
        "entityId": one_of(random, &["1", "2", "ü"]),
        "eventTime": format!("{DAY}0{day}T00:00:00.000Z"),
    });
    if random.random_bool(0.5) {
        event["targetEntityType"] = json!(one_of(random, &["item", "page"]));
        event["targetEntityId"] = json!(one_of(random, &["1", "x y"]));
    }
    (day, event)
}

/// A random search: its query string, and what it means.
struct Search {
    query: String,
    fields: Vec<(&'static str, &'static str)>,
    days: std::ops::Range<u32>,
    limit: usize,
    is_reversed: bool,
}

fn random_search(random: &mut StdRng) -> Search {
    let mut search =
        Search { query: String::new(), fields: Vec::new(), days: 0..100, limit: 20, is_reversed: false };
    for (name, values) in [
        ("event", ["view", "sell"]),
        ("entityType", ["user", "user2"]),
        ("entityId", ["1", "ü"]),
        ("targetEntityType", ["item", "page"]),
        ("targetEntityId", ["1", "x y"]),
    ] {
        if random.random_bool(0.4) {
            search.fields.push((name, one_of(random, &values)));
        }
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(&search.fields);
    if random.random_bool(0.3) {
        search.days.start = random.random_range(1..10);
        query.append_pair("startTime", &format!("{DAY}0{}", search.days.start));
    }
    if random.random_bool(0.3) {
        search.days.end = random.random_range(1..10);
        query.append_pair("untilTime", &format!("{DAY}0{}T09:00:00.000+09:00", search.days.end));
    }
    if random.random_bool(0.6) {
        let limit: i32 = random.random_range(-1..40);
        search.limit = usize::try_from(limit).unwrap_or(usize::MAX);
        query.append_pair("limit", &limit.to_string());
    }
    let has_entity =
        ["entityType", "entityId"].iter().all(|name| search.fields.iter().any(|field| field.0 == *name));
    if has_entity && random.random_bool(0.5) {
        search.is_reversed = true;
        query.append_pair("reversed", "true");
    }
    search.query = query.finish();
    search
}

/// What the search should find, as days: the order within a day is that of creation, which the server decides.
fn model(stored: &[Stored], search: &Search) -> (Vec<u32>, Vec<String>) {
    let fits = |event: &&Stored| {
        search.days.contains(&event.day)
            && search.fields.iter().all(|(name, value)| event.event[*name] == *value)
    };
    let mut found: Vec<&Stored> = stored.iter().filter(fits).collect();
    found.sort_by_key(|event| event.day);
    if search.is_reversed {
        found.reverse();
    }
    let days = found.iter().take(search.limit).map(|event| event.day).collect();
    (days, found.iter().map(|event| event.id.clone()).collect())
}

#[tokio::test]
async fn searches_find_what_a_plain_model_finds() {
    let server = Server::start(Config::default()).await;
    let mut client = Client::connect(server.address).await;
    let mut random = StdRng::seed_from_u64(6);
    let mut stored = Vec::new();
    for _ in 0..4 {
        let events: Vec<_> = (0..50).map(|_| random_event(&mut random)).collect();
        let batch = Value::Array(events.iter().map(|(_, event)| event.clone()).collect());
        let call = Call::post("/batch/events.json?accessKey=ACCESSKEY", batch.to_string());
        let results = client.call(&call).await.unwrap().json();
        for ((day, event), result) in events.into_iter().zip(results.as_array().unwrap()) {
            stored.push(Stored { id: result["eventId"].as_str().unwrap().to_owned(), day, event });
        }
    }
    let mut found_any = 0;
    for _ in 0..300 {
        let search = random_search(&mut random);
        let call = Call::get(&format!("/events.json?accessKey=ACCESSKEY&{}", search.query));
        let reply = client.call(&call).await.unwrap();
        let (days, ids) = model(&stored, &search);
        if days.is_empty() {
            assert_eq!(
                (reply.status, reply.json()),
                (404, json!({ "message": "Not Found" })),
                "{}",
                search.query
            );
            continue;
        }
        found_any += 1;
        let found = reply.json();
        let found = found.as_array().unwrap();
        let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
        let found_days: Vec<u32> =
            found.iter().map(|event| text(event, "eventTime")[8..10].parse().unwrap()).collect();
        assert_eq!(found_days, days, "{}", search.query);
        assert!(found.iter().all(|event| ids.contains(&text(event, "eventId"))), "{}", search.query);
    }
    assert!(found_any > 100, "only {found_any} searches found anything");
}

#[tokio::test]
async fn a_list_of_any_length_arrives_whole() {
    let server = Server::start(Config::default()).await;
    let mut client = Client::connect(server.address).await;
    for batch in 0..30 {
        let events: Vec<_> = (0..50)
            .map(|number| {
                json!({
                    "event": "view", "entityType": "many", "entityId": (batch * 50 + number).to_string(),
                    "properties": { "x": "y".repeat(200) },
                })
            })
            .collect();
        let call = Call::post("/batch/events.json?accessKey=ACCESSKEY", Value::Array(events).to_string());
        assert_eq!(client.call(&call).await.unwrap().status, 200);
    }
    for (limit, count) in [("-1", 1500), ("1000", 1000), ("500", 500)] {
        let list = format!("/events.json?accessKey=ACCESSKEY&entityType=many&limit={limit}");
        let found = client.call(&Call::get(&list)).await.unwrap().json();
        assert_eq!(found.as_array().unwrap().len(), count, "{limit}");
    }
    let nothing = "/events.json?accessKey=ACCESSKEY&entityType=none&limit=-1";
    assert_eq!(client.call(&Call::get(nothing)).await.unwrap().status, 404);
}

#[tokio::test]
async fn long_lists_wait_for_each_other_and_all_are_answered() {
    let server = Server::start(Config::default()).await;
    let batch = format!("[{}]", vec![r#"{"event":"e","entityType":"user","entityId":"1"}"#; 50].join(","));
    assert_eq!(server.post("/batch/events.json?accessKey=ACCESSKEY", batch).await.status, 200);
    let readers: Vec<_> = (0..12)
        .map(|_| {
            let (address, list) = (server.address, Call::get("/events.json?accessKey=ACCESSKEY&limit=-1"));
            tokio::spawn(async move { call(address, &list).await })
        })
        .collect();
    for reader in readers {
        let reply = reader.await.unwrap();
        assert_eq!((reply.status, reply.json().as_array().map(Vec::len)), (200, Some(50)), "{}", reply.body);
    }
}
