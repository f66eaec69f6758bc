//! What operators look at.

use pio_eventserver::config::Config;
use pio_storage::test_support::database;
use serde_json::json;

use crate::client::{self, Call};
use crate::process::Process;
use crate::server::{Server, seed};

#[tokio::test]
async fn health_and_readiness_are_told() {
    let server = Server::start(Config::default()).await;
    assert_eq!(server.get("/healthz").await.json(), json!({ "status": "ok" }));
    let components = json!({ "access_cache": "ok", "database": "ok", "schema": "ok", "writer": "ok" });
    assert_eq!(server.get("/readyz").await.json(), json!({ "status": "ready", "components": components }));
    let head = Call { method: "HEAD".into(), path: "/readyz".into(), ..Call::default() };
    let reply = server.call(&head).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
}

#[tokio::test]
async fn metrics_count_requests_and_commits() {
    let server = Server::start(Config::default()).await;
    let event = r#"{"event":"e","entityType":"user","entityId":"1"}"#;
    server.post("/events.json?accessKey=ACCESSKEY", event).await;
    server.post("/events.json?accessKey=wrong", event).await;
    server.get("/nothing/here").await;
    let metrics = server.get("/metrics").await;
    assert!(metrics.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    for line in [
        r#"pio_eventserver_requests_total{path="/events.json",status="201"} 1"#,
        r#"pio_eventserver_requests_total{path="/events.json",status="401"} 1"#,
        r#"pio_eventserver_requests_total{path="other",status="404"} 1"#,
        r#"pio_eventserver_request_seconds_count{path="/events.json"} 2"#,
        r#"pio_eventserver_commit_events_bucket{le="1"} 1"#,
        "pio_eventserver_queued_events 0",
        "pio_log_lines_dropped_total 0",
        "pio_eventserver_database_connections{pool=\"writer\"} 1",
    ] {
        assert!(metrics.body.lines().any(|found| found == line), "no {line} in\n{}", metrics.body);
    }
    assert!(!metrics.body.contains("ACCESSKEY"));
}

#[tokio::test]
async fn every_path_of_the_openapi_document_is_answered() {
    let server = Server::start(Config::default()).await;
    let document = server.get("/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "delete"] {
            let call =
                Call { method: method.to_uppercase(), path: path.replace(['{', '}'], ""), ..Call::default() };
            let reply = server.call(&call).await;
            let is_offered = !operations[method].is_null();
            assert_eq!(reply.status == 405, !is_offered, "{method} {path}: {}", reply.status);
            let is_protected = !operations[method]["security"].is_null();
            assert_eq!(reply.status == 401, is_protected, "{method} {path}: {}", reply.status);
        }
    }
}

#[tokio::test]
async fn the_openapi_document_is_the_recorded_one() {
    let server = Server::start(Config::default()).await;
    let document = server.get("/openapi.json").await.json();
    let mut recorded: serde_json::Value = serde_json::from_str(include_str!("../data/openapi.json")).unwrap();
    recorded["info"]["version"] = document["info"]["version"].clone();
    assert!(
        document == recorded,
        "the API has changed; where that is meant, replace tests/data/openapi.json by\n{document}"
    );
}

#[tokio::test]
async fn requests_have_ids() {
    let server = Server::start(Config::default()).await;
    let first = server.get("/").await;
    let second = server.get("/").await;
    assert_eq!(first.header("x-request-id").unwrap().len(), 16);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    let given = server.call(&Call::get("/").header("x-request-id", "abc-1")).await;
    assert_eq!(given.header("x-request-id"), Some("abc-1"));
    let unsound = server.call(&Call::get("/").header("x-request-id", "a b")).await;
    assert_eq!(unsound.header("x-request-id").unwrap().len(), 16);
}

#[tokio::test]
async fn no_access_key_is_logged() {
    let database = database().await;
    seed(&database.storage, &database.settings).await;
    let mut process = Process::start(&database.settings, "", "trace").await;
    for path in [
        "/events.json?accessKey=ACCESSKEY",
        "/events.json?accessKey=SECRETBUTWRONG",
        "/events.json?accessKey=ORPHANKEY&channel=SECRETBUTWRONG",
        "/events/x.json?accessKey=ACCESSKEY&limit=SECRETBUTWRONG",
    ] {
        client::call(process.address, &Call::get(path)).await;
        client::call(process.address, &Call::post(path, "{")).await;
    }
    let basic = Call::get("/events.json").header("authorization", "Basic QUNDRVNTS0VZOg==");
    client::call(process.address, &basic).await;
    let log = process.kill();
    assert!(log.contains(r#""path":"/events.json","status":401"#), "requests are not logged: {log}");
    for secret in ["ACCESSKEY", "ORPHANKEY", "SECRETBUTWRONG", "QUNDRVNTS0VZOg"] {
        assert_eq!(log.lines().find(|line| line.contains(secret)), None, "{secret} was logged");
    }
}
