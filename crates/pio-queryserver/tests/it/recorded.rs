//! The exchanges that were recorded from a running PIO, and what we decided to do otherwise.

use std::net::SocketAddr;

use serde_json::Value;

use crate::client::{Answer, send};
use crate::fake::{quick, ready_with};

/// What we answer where PIO's answer was wrong: name of the exchange, our status.
const DECIDED: &[(&str, u16)] = &[
    ("plugin-unknown-blocker", 404),
    ("plugin-unknown-sniffer", 404),
    ("plugin-unknown-type", 404),
    ("plugin-no-name", 404),
    ("query-empty-body", 400),
    ("query-none", 400),
    ("query-bad-json", 400),
    ("query-accept-json", 200),
    ("reload-get", 200),
    ("query-after-reload", 200),
];

/// The worker decides these, not the front; the stand-in for it in these tests reads no JSON.
const OF_THE_WORKER: &[&str] = &[
    "query-num-negative",
    "query-num-string-bad",
    "query-truncated",
    "query-array",
    "query-string",
    "query-number",
    "query-null",
    "query-num-overflow (fresh server)",
];

fn exchanges() -> Vec<Value> {
    let text = include_str!("../data/query-api.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn every_exchange_ends_as_recorded_or_as_decided() {
    let exchanges = exchanges();
    assert_eq!(exchanges.len(), 52);
    let deployed = ready_with(quick()).await;
    let (last, others): (Vec<_>, Vec<_>) = exchanges.iter().partition(|exchange| exchange["path"] == "/stop");
    for exchange in others.into_iter().chain(last) {
        let name = exchange["name"].as_str().unwrap();
        if OF_THE_WORKER.contains(&name) {
            continue;
        }
        let answer = replay(deployed.address, exchange).await;
        let decided = DECIDED.iter().find(|(known, _)| *known == name).map(|(_, status)| *status);
        let expected =
            decided.unwrap_or_else(|| u16::try_from(exchange["status"].as_u64().unwrap()).unwrap());
        assert_eq!(answer.status, expected, "{name}");
        if let Some(allow) = exchange["response_headers"]["allow"].as_str().filter(|_| decided.is_none()) {
            assert!(answer.header("allow").unwrap().split(", ").any(|method| method == allow), "{name}");
        }
        if exchange["path"] == "/plugins.json" {
            assert_eq!(answer.body, exchange["response_body"].as_str().unwrap());
        }
    }
}

async fn replay(address: SocketAddr, exchange: &Value) -> Answer {
    let text = |name: &str| exchange[name].as_str().unwrap_or_default();
    let headers = exchange["headers"].as_object().unwrap();
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    send(address, text("method"), text("path"), &headers, text("body").as_bytes()).await
}
