//! A deployed engine: its port, its worker, its end.

use std::time::Duration;

use e2e::http;
use serde_json::json;

use crate::support::{READY, app_with_ratings, eventually, items, pio, processes_with, recommendation};

#[test]
fn the_port_answers_503_until_the_model_is_loaded_and_undeploy_ends_everything() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Serving");
    let engine = recommendation(&app);
    let mark = engine.path().to_string_lossy().into_owned();
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");

    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    let query = json!({ "user": "1", "num": 4 });
    eventually("an answer of the port", Duration::from_secs(5), || server.query(&query).is_ok());
    let early = server.query(&query).expect("an answer");
    assert_eq!(early.status, 503, "the model cannot be loaded yet: {}", early.body);
    assert!(early.retry_after.is_some(), "a 503 says when to come again");

    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    assert_eq!(items(&server, "1").len(), 4);
    let bad = http::post_text(&format!("{}/queries.json", server.url), "{bad").expect("an answer");
    assert_eq!(bad.status, 400, "{}", bad.body);
    let missing = server.query(&json!({ "num": 4 })).expect("an answer");
    assert_eq!(missing.status, 400, "{}", missing.body);
    assert!(missing.body.to_string().contains("user"), "the missing field is named: {}", missing.body);

    let port = server.url.rsplit(':').next().expect("a port").to_owned();
    pio.run(&["undeploy", "--ip", "127.0.0.1", "--port", &port]).expect("an undeployed engine");
    server.wait().expect("an end of the server");
    assert!(processes_with(&mark).is_empty(), "the worker ended with its front");
}

#[test]
fn a_worker_that_dies_is_replaced() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Replaced");
    let engine = recommendation(&app);
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    let before = items(&server, "1");

    let children =
        std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", server.id())).expect("children");
    let worker = children.split_whitespace().next().expect("a worker").to_owned();
    pio_process::command::Command::new("kill").args(["-9", &worker]).run().expect("a kill");
    eventually("a 503 after the worker's death", Duration::from_secs(10), || {
        http::get(&format!("{}/readyz", server.url)).is_ok_and(|answer| answer.status == 503)
    });
    server.wait_until_ready("/readyz", READY).expect("a new worker");
    assert_eq!(items(&server, "1"), before);
}
