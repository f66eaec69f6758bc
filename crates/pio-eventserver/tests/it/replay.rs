//! Every exchange that was recorded from PIO, one after the other, and what is different here on purpose.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pio_eventserver::config::Config;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{Call, Reply};
use crate::server::Server;

#[derive(Deserialize)]
struct Exchange {
    name: String,
    method: String,
    path: String,
    headers: HashMap<String, String>,
    body: Option<String>,
    status: u16,
    response_headers: HashMap<String, String>,
    response_body: String,
    saves_event_id_as: Option<String>,
}

/// What we answer instead of PIO.
struct Instead {
    status: u16,
    body: Value,
}

const EVENTS: &str = include_str!("../data/event-api.jsonl");
const FORMS: &str = include_str!("../data/event-api-forms.jsonl");

/// Stands for any message: its wording is ours.
const ANY_MESSAGE: &str = "<any message>";

fn exchanges(recording: &str) -> Vec<Exchange> {
    recording.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The decided deviations. Each is a row in docs/compatibility.md.
fn deviations() -> HashMap<&'static str, Instead> {
    let refused = |status| Instead { status, body: json!({ "message": ANY_MESSAGE }) };
    let stored = || Instead { status: 201, body: json!({ "eventId": "<id>" }) };
    let not_found = || Instead { status: 404, body: json!({ "message": "Not Found" }) };
    let rate = |id: &str, entity: &str| {
        json!({
            "eventId": id, "event": "rate", "entityType": "user", "entityId": entity, "targetEntityType": "item",
            "targetEntityId": "i1", "properties": { "rating": 4.5 }, "eventTime": "2014-11-21T01:04:14.716Z",
            "creationTime": "<time>"
        })
    };
    HashMap::from([
        // Plugins that do not exist are not found; PIO failed.
        ("plugin-rest-blocker-unknown", refused(404)),
        ("plugin-rest-sniffer-unknown", refused(404)),
        ("plugin-rest-unknown-type", refused(404)),
        ("plugin-rest-no-name", refused(404)),
        // A channel counts with Basic authentication too; PIO ignored it.
        ("auth-basic-and-channel-query-check-default", not_found()),
        (
            "channel-list",
            Instead { status: 200, body: json!([rate("<id>", "basicch"), rate("<id>", "inch1")]) },
        ),
        // An event that is sent again with the same id and content is stored once; PIO failed.
        ("create-duplicate-eventId", Instead { status: 201, body: json!({ "eventId": "my-own-id-1" }) }),
        (
            "batch-duplicate-existing-id",
            Instead {
                status: 200,
                body: json!([{ "status": 201, "eventId": "bid1" }, { "status": 201, "eventId": "bid3" }]),
            },
        ),
        (
            "batch-duplicate-within",
            Instead {
                status: 200,
                body: json!([{ "status": 201, "eventId": "bid4" }, { "status": 201, "eventId": "bid4" }]),
            },
        ),
        (
            "batch-duplicate-rolled-back",
            Instead {
                status: 200,
                body: {
                    let mut event = rate("bid3", "u1");
                    event["eventId"] = json!("bid3");
                    event
                },
            },
        ),
        // An empty id is no id; PIO stored it.
        ("create-eventId-empty", stored()),
        // What cannot be stored is the client's fault; PIO answered 500.
        ("create-eventId-too-long", refused(400)),
        ("body-nul-char", refused(400)),
        ("body-too-large", refused(413)),
        // Deleting what is not there finds nothing; PIO said that it did.
        ("delete-other-app", not_found()),
        ("delete-again", not_found()),
        ("delete-not-found", not_found()),
        // Bad parameters are the client's fault; PIO answered 500.
        ("list-startTime-bad", refused(400)),
        ("list-untilTime-bad", refused(400)),
        ("list-reversed-no-entityId", refused(400)),
        ("list-reversed-none", refused(400)),
        ("segmentio-bad-timestamp", refused(400)),
        // Segment's own names count; PIO knew those with underscores only.
        ("segmentio-camelCase-userId", stored()),
        // A key's list of events counts for webhooks too; PIO ignored it.
        ("segmentio-restricted-key", refused(403)),
        // Forms work; in this version of PIO they never did.
        ("segmentio-as-form", refused(404)),
        ("mailchimp-subscribe", stored()),
        ("mailchimp-profile", stored()),
        ("mailchimp-upemail", stored()),
        ("mailchimp-campaign", stored()),
        ("mailchimp-subscribe-no-interests", stored()),
        ("mailchimp-charset-ct", stored()),
        ("mailchimp-unknown-type", refused(400)),
        ("mailchimp-missing-field", refused(400)),
        ("mailchimp-bad-date", refused(400)),
        ("mailchimp-empty", refused(400)),
        ("exampleform", refused(404)),
    ])
}

/// As [`deviations`], for the server with `--stats`.
fn stats_deviations() -> HashMap<&'static str, Instead> {
    let period = json!({
        "startTime": "<time>",
        "basic": [{ "key": { "entityType": "user", "targetEntityType": "item", "event": "rate" }, "value": 1 }],
        "statusCode": [{ "key": {
            "intValue": 201,
            "reason": "Created",
            "defaultMessage": "The request has been fulfilled and resulted in a new resource being created.",
            "allowsEntity": true
        }, "value": 1 }]
    });
    let before = json!({ "startTime": "<time>", "endTime": "<time>", "basic": [], "statusCode": [] });
    // Stats work; in this version of PIO they never did.
    let body = json!({ "time": "<time>", "currentHour": period, "prevHour": before, "longLive": period });
    HashMap::from([("stats-server/stats", Instead { status: 200, body })])
}

#[tokio::test]
async fn every_recorded_exchange_is_answered_as_pio_did() {
    let server = Server::start(Config::default()).await;
    let exchanges = exchanges(EVENTS).into_iter().filter(|exchange| !exchange.name.contains("stats-server/"));
    let count = replay(&server, exchanges, deviations()).await;
    assert!(count >= 299, "only {count} exchanges were recorded");
}

#[tokio::test]
async fn stats_are_counted_where_they_are_asked_for() {
    let server = Server::start(Config { stats: true, ..Config::default() }).await;
    let exchanges = exchanges(EVENTS).into_iter().filter(|exchange| exchange.name.contains("stats-server/"));
    assert_eq!(replay(&server, exchanges, stats_deviations()).await, 4);
}

#[tokio::test]
async fn forms_are_answered_as_they_were_meant_to_be() {
    let server = Server::start(Config::default()).await;
    let refused = || Instead { status: 400, body: json!({ "message": ANY_MESSAGE }) };
    let deviations =
        HashMap::from([("mailchimp-missing-field", refused()), ("mailchimp-bad-date", refused())]);
    assert_eq!(replay(&server, exchanges(FORMS).into_iter(), deviations).await, 30);
}

/// Sends all requests and reports all differences at once.
async fn replay(
    server: &Server,
    exchanges: impl Iterator<Item = Exchange>,
    mut deviations: HashMap<&'static str, Instead>,
) -> usize {
    let mut ids = HashMap::new();
    let mut differences = Vec::new();
    let mut count = 0;
    for exchange in exchanges {
        count += 1;
        let reply = server.call(&request(&exchange, &ids)).await;
        if let Some(name) = &exchange.saves_event_id_as {
            let id = serde_json::from_str::<Value>(&reply.body)
                .ok()
                .and_then(|body| body["eventId"].as_str().map(str::to_owned));
            ids.insert(name.clone(), id.unwrap_or_default());
        }
        let expected = deviations.remove(exchange.name.as_str());
        if let Some(difference) = difference(&exchange, expected, &reply) {
            differences.push(format!("{}: {difference}", exchange.name));
        }
    }
    assert!(differences.is_empty(), "{} of {count}:\n{}", differences.len(), differences.join("\n"));
    assert!(deviations.is_empty(), "deviations without an exchange: {:?}", deviations.keys());
    count
}

fn request(exchange: &Exchange, ids: &HashMap<String, String>) -> Call {
    let mut path = exchange.path.replace(' ', "%20");
    for (name, id) in ids {
        path = path.replace(&format!("{{{name}}}"), id);
    }
    let headers = exchange.headers.iter().map(|(name, value)| {
        let value = match value.strip_prefix("B64:") {
            Some(credentials) => format!("Basic {}", STANDARD.encode(credentials)),
            None => value.clone(),
        };
        (name.clone(), value)
    });
    let body = exchange.body.as_ref().map(|body| {
        match body.strip_prefix('<').and_then(|b| b.strip_suffix(" bytes>")) {
            Some(length) => large_event(length.parse().unwrap()),
            None => body.clone().into_bytes(),
        }
    });
    Call { method: exchange.method.clone(), path, headers: headers.collect(), body }
}

fn large_event(length: usize) -> Vec<u8> {
    let frame = r#"{"event":"e","entityType":"user","entityId":"u","properties":{"x":""}}"#;
    frame.replace(r#""""#, &format!("\"{}\"", "x".repeat(length - frame.len()))).into_bytes()
}

fn difference(exchange: &Exchange, instead: Option<Instead>, reply: &Reply) -> Option<String> {
    let is_instead = instead.is_some();
    let (status, body) = match instead {
        Some(Instead { status, body }) => (status, Some(body)),
        None => (exchange.status, serde_json::from_str(&exchange.response_body).ok()),
    };
    if reply.status != status {
        return Some(format!("status {} instead of {status}: {}", reply.status, reply.body));
    }
    for name in ["content-type", "allow"].into_iter().filter(|_| !is_instead) {
        let expected = exchange.response_headers.get(name).map(String::as_str);
        if reply.header(name) != expected {
            return Some(format!("{name} {:?} instead of {expected:?}", reply.header(name)));
        }
    }
    let Some(expected) = body else {
        return (reply.body != exchange.response_body).then(|| format!("body {:?}", reply.body));
    };
    let is_free = is_instead || matches!(status, 400 | 500);
    let Ok(found) = serde_json::from_str(&reply.body) else {
        return Some(format!("no JSON: {}", reply.body));
    };
    (!is_equal(&expected, &found, is_free)).then(|| format!("body {found} instead of {expected}"))
}

/// Whether two JSON values are equal; `<id>` and `<time>` stand for any, and so do messages where they are free.
fn is_equal(expected: &Value, found: &Value, is_free: bool) -> bool {
    match (expected, found) {
        (Value::Object(one), Value::Object(other)) => {
            // The statuses of a batch stand beside its messages.
            let is_free = is_free || one.get("status").is_some_and(|status| *status == 400);
            one.len() == other.len()
                && one.iter().all(|(key, value)| match other.get(key) {
                    Some(Value::String(text)) if key == "message" && is_free => is_fit_for_users(text),
                    Some(other) => is_equal(value, other, is_free),
                    None => false,
                })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_equal(one, other, is_free))
        }
        (Value::String(pattern), Value::String(text)) if pattern == "<id>" => {
            text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        (Value::String(pattern), Value::String(text)) if pattern == "<time>" => {
            text.len() == 24 && text.ends_with('Z') && text.as_bytes()[10] == b'T'
        }
        (Value::Number(one), Value::Number(other)) => {
            one.to_string() == other.to_string() || one.as_f64() == other.as_f64()
        }
        _ => expected == found,
    }
}

/// A message names no Java class, shows no SQL, and is not empty.
fn is_fit_for_users(text: &str) -> bool {
    !text.is_empty()
        && !["java.", "org.", "scala.", "JString", "Exception", "ERROR:", "INSERT", "insert into"]
            .iter()
            .any(|word| text.contains(word))
}
