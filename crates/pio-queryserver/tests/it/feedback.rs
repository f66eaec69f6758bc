use std::time::{Duration, Instant};

use pio_queryserver::config::{Config, Feedback};
use pio_settings::event_server::EventServerAddress;
use pio_settings::secret::Secret;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{ask, get};
use crate::fake::{Deployed, quick, ready_with};

async fn deploy_with_event_server(listener: &TcpListener) -> Deployed {
    ready_with(sending_to(listener)).await
}

fn sending_to(listener: &TcpListener) -> Config {
    let port = listener.local_addr().unwrap().port();
    let server = EventServerAddress::local(Some(port));
    let feedback = Feedback { server, access_key: Secret::new("k&y") };
    Config { feedback: Some(feedback), ..quick() }
}

/// Takes one request and gives its path and its body.
async fn take(listener: &TcpListener) -> (String, Value) {
    let (stream, _) = listener.accept().await.unwrap();
    take_from(stream).await
}

async fn take_from(stream: TcpStream) -> (String, Value) {
    take_and_answer(stream, "{}").await
}

async fn take_and_answer(stream: TcpStream, answer: &str) -> (String, Value) {
    take_and_answer_with(stream, "201 Created", answer).await
}

async fn take_and_answer_with(mut stream: TcpStream, status: &str, answer: &str) -> (String, Value) {
    let mut text = String::new();
    let (head, body) = loop {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        text += &String::from_utf8_lossy(&buffer[..read]);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize = head
                .to_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ").map(|n| n.parse().unwrap()))
                .unwrap();
            if body.len() == length {
                break (head.to_owned(), body.to_owned());
            }
        }
    };
    let length = answer.len();
    let answer =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}");
    stream.write_all(answer.as_bytes()).await.unwrap();
    (head.split(' ').nth(1).unwrap().to_owned(), serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn a_prediction_becomes_an_event() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deployed = deploy_with_event_server(&listener).await;
    let answer = ask(deployed.address, "{\"user\":1}").await;
    assert_eq!(answer.json().get("prId"), None);
    let (path, event) = take(&listener).await;
    assert_eq!(path, "/events.json?accessKey=k%26y");
    assert_eq!((&event["event"], &event["entityType"]), (&json!("predict"), &json!("pio_pr")));
    assert_eq!(event["entityId"].as_str().unwrap().len(), 64);
    let properties = json!({"engineInstanceId": "one", "query": {"user": 1}, "prediction": answer.json()});
    assert_eq!(event["properties"], properties);
}

#[tokio::test]
async fn a_result_that_has_a_pr_id_carries_the_one_of_its_event() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deployed = deploy_with_event_server(&listener).await;
    let answer = ask(deployed.address, "prid").await.json();
    let (_, event) = take(&listener).await;
    assert_eq!(answer["prId"].as_str().unwrap().len(), 64);
    assert_eq!(answer["prId"], event["entityId"]);
    assert_eq!(event["properties"]["query"], "prid", "what is not JSON is kept as text");
}

#[tokio::test]
async fn an_event_server_that_hangs_delays_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deployed = deploy_with_event_server(&listener).await;
    let start = Instant::now();
    for _ in 0..50 {
        assert_eq!(ask(deployed.address, "{}").await.status, 200);
    }
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

/// Waits until so many events of feedback had this outcome.
pub(crate) async fn counted(deployed: &Deployed, outcome: &str, count: u64) {
    let wanted = format!("pio_feedback_total{{outcome=\"{outcome}\"}} {count}");
    for _ in 0..600 {
        if get(deployed.address, "/metrics").await.body.lines().any(|line| line == wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no {wanted} in\n{}", get(deployed.address, "/metrics").await.body);
}

#[tokio::test]
async fn the_pr_id_of_a_query_is_that_of_its_event() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deployed = deploy_with_event_server(&listener).await;
    ask(deployed.address, r#"{"user": 1, "prId": "earlier"}"#).await;
    let (_, event) = take(&listener).await;
    assert_eq!(event["prId"], "earlier");
    assert_ne!(event["entityId"], "earlier", "the prediction has an id of its own");
    ask(deployed.address, r#"{"user": 1, "prId": 7}"#).await;
    assert_eq!(take(&listener).await.1.get("prId"), None);
}

#[tokio::test]
async fn an_event_server_that_does_not_know_the_key_is_counted_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deployed = deploy_with_event_server(&listener).await;
    ask(deployed.address, "{}").await;
    let (stream, _) = listener.accept().await.unwrap();
    take_and_answer_with(stream, "401 Unauthorized", "{}").await;
    counted(&deployed, "refused", 1).await;
}

/// Lets three predictions wait while a first one is being sent.
async fn let_three_wait(listener: &TcpListener, deployed: &Deployed) {
    ask(deployed.address, "{}").await;
    let (first, _) = listener.accept().await.unwrap();
    for _ in 0..3 {
        ask(deployed.address, "{}").await;
    }
    take_from(first).await;
}

#[tokio::test]
async fn what_waits_goes_in_batches_and_what_fails_is_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deployed = deploy_with_event_server(&listener).await;
    let_three_wait(&listener, &deployed).await;
    let (path, events) = take(&listener).await;
    assert!(path.starts_with("/batch/events.json?"), "{path}");
    assert_eq!(events.as_array().unwrap().len(), 3);
    drop(listener);
    ask(deployed.address, "{}").await;
    counted(&deployed, "unreachable", 1).await;
    counted(&deployed, "ok", 4).await;
}

#[tokio::test]
async fn what_waits_has_a_limit_in_bytes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deployed = ready_with(Config { feedback_bytes: 10 * 1024, ..sending_to(&listener) }).await;
    let query = "x".repeat(2000);
    for _ in 0..4 {
        assert_eq!(ask(deployed.address, &query).await.status, 200);
    }
    counted(&deployed, "dropped", 2).await;
}

#[tokio::test]
async fn large_predictions_do_not_go_in_one_request_that_no_event_server_takes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deployed = deploy_with_event_server(&listener).await;
    ask(deployed.address, "{}").await;
    let (first, _) = listener.accept().await.unwrap();
    let query = "x".repeat(300_000);
    for _ in 0..3 {
        ask(deployed.address, &query).await;
    }
    take_from(first).await;
    for path in ["/events.json?", "/events.json?", "/events.json?"] {
        let (taken, _) = take(&listener).await;
        assert!(taken.starts_with(path), "{taken}");
    }
    counted(&deployed, "ok", 4).await;
}

#[tokio::test]
async fn what_is_refused_in_a_batch_is_counted_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deployed = deploy_with_event_server(&listener).await;
    let_three_wait(&listener, &deployed).await;
    let (second, _) = listener.accept().await.unwrap();
    let statuses = r#"[{"status":201,"eventId":"x"},{"status":403,"message":"predict events are not allowed"},{"status":500}]"#;
    take_and_answer(second, statuses).await;
    counted(&deployed, "refused", 2).await;
    counted(&deployed, "ok", 2).await;
}
