//! PIO's own Python client against our servers.

use std::path::Path;

use e2e::http;
use pio_process::command::Command;
use serde_json::Value;

use crate::support::{READY, app_with_ratings, given, pio, recommendation, unique};

/// Runs one of the script's commands and gives what it printed.
fn sdk(arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sdk.py");
    let output = Command::new(given("PIO_E2E_PYTHON")).arg(script).args(arguments).output();
    String::from_utf8(output.expect("the client succeeds")).expect("text")
}

#[test]
fn the_python_client_sends_finds_and_deletes_events() {
    let pio = pio();
    let app = unique("Sdk");
    let key = pio.new_app(&app).expect("a new app");
    pio.run(&["app", "channel-new", &app, "side"]).expect("a channel");
    let server = pio.event_server().expect("an event server");
    sdk(&["events", &server.url, &key, "side"]);
    server.stop().expect("an end of the event server");
}

#[test]
fn what_the_python_client_exports_is_imported() {
    let pio = pio();
    let app = unique("SdkFile");
    let key = pio.new_app(&app).expect("a new app");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("events.json").to_string_lossy().into_owned();
    sdk(&["export", &file]);
    let shown = pio.run(&["app", "show", &app, "--json"]).expect("the app").json().expect("JSON");
    pio.run(&["import", "--appid", &shown["id"].to_string(), "--input", &file]).expect("an import");
    let server = pio.event_server().expect("an event server");
    let found = http::get(&format!("{}/events.json?accessKey={key}&limit=-1", server.url)).expect("events");
    let events = found.body.as_array().expect("a list").clone();
    assert_eq!(events.len(), 100);
    let of = |name: &str| events.iter().find(|event| event["entityId"] == name).expect("the event").clone();
    assert_eq!(of("ü99")["properties"], serde_json::json!({ "rating": 4 }));
    assert_eq!(of("ü0")["eventTime"], "2014-11-02T12:00:00.123+09:00");
}

#[test]
fn the_python_client_asks_a_deployed_engine() {
    let pio = pio();
    let app = app_with_ratings(&pio, "SdkQuery");
    let engine = recommendation(&app);
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    let answer: Value = serde_json::from_str(&sdk(&["query", &server.url])).expect("JSON");
    assert_eq!(answer["itemScores"].as_array().map(Vec::len), Some(4), "{answer}");
}
