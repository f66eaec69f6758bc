use std::sync::Arc;
use std::time::Duration;

use pio_http::budget::Budget;
use pio_http::limits::Limits;
use pio_queryserver::config::Config;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::client::{ask, get, post, send};
use crate::fake::{AT_ONCE, Script, deploy, deploy_with, quick, ready_with};

#[tokio::test]
async fn the_port_answers_before_the_engine_does() {
    let deployed = deploy(&[Script::Ready(Duration::from_millis(300), "one")]).await;
    let answer = ask(deployed.address, "{}").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("3")));
    assert!(answer.json()["message"].as_str().unwrap().contains("being loaded"));
    assert_eq!(get(deployed.address, "/healthz").await.status, 200);
    assert_eq!(get(deployed.address, "/readyz").await.status, 503);
    assert_eq!(get(deployed.address, "/").await.status, 200);
    deployed.until_ready().await;
    assert_eq!(ask(deployed.address, "{}").await.status, 200);
}

#[tokio::test]
async fn the_workers_answer_is_the_clients_answer() {
    let deployed = ready_with(quick()).await;
    let query = "{\"user\": \"é\\u0000\\\"\n\", \"num\": 4}";
    let answer = ask(deployed.address, query).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), json!({"echo": query, "from": "one"}));
}

#[tokio::test]
async fn answers_come_in_any_order() {
    let deployed = ready_with(quick()).await;
    let address = deployed.address;
    let never = tokio::spawn(async move { ask(address, "never").await });
    let (slow, quick) = tokio::join!(ask(address, "slow"), ask(address, "quick"));
    assert_eq!((&slow.json()["echo"], &quick.json()["echo"]), (&"slow".into(), &"quick".into()));
    assert!(!never.is_finished());
    never.abort();
}

#[tokio::test]
async fn what_the_engine_refuses_is_told_without_its_stack_trace() {
    let deployed = ready_with(quick()).await;
    let bad = ask(deployed.address, "{bad").await;
    assert_eq!((bad.status, bad.json()), (400, json!({"message": "The query is not JSON."})));
    let failed = ask(deployed.address, "boom").await;
    assert_eq!((failed.status, failed.json()), (500, json!({"message": "The engine failed."})));
}

#[tokio::test]
async fn queries_that_are_no_text_are_refused() {
    let deployed = ready_with(quick()).await;
    for body in [&b""[..], b" \n", b"\xff\xfe"] {
        let answer = send(deployed.address, "POST", "/queries.json", &[], body).await;
        assert_eq!(answer.status, 400, "{body:?}");
        assert!(answer.json()["message"].is_string());
    }
}

#[tokio::test]
async fn a_compressed_query_is_refused_with_415_and_a_byte_order_mark_is_none_of_it() {
    let deployed = ready_with(quick()).await;
    for (encoding, status) in [("gzip", 415), ("identity, BR", 415), ("identity", 200), ("utf-8", 200)] {
        let headers = [("content-encoding", encoding)];
        let answer = send(deployed.address, "POST", "/queries.json", &headers, b"{}").await;
        assert_eq!(answer.status, status, "{encoding}: {}", answer.body);
    }
    let marked = send(deployed.address, "POST", "/queries.json", &[], b"\xef\xbb\xbf{\"a\": 1}").await;
    assert_eq!(marked.json()["echo"], "{\"a\": 1}");
    assert_eq!(send(deployed.address, "POST", "/queries.json", &[], b"\xef\xbb\xbf").await.status, 400);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_gives_the_querys_place_to_the_next() {
    let deployed = ready_with(Config { queries: 1, query_time: Duration::from_secs(30), ..quick() }).await;
    let answer = ask(deployed.address, "senseless").await;
    assert_eq!(
        (answer.status, &answer.json()["message"]),
        (500, &"The engine's answer could not be read.".into())
    );
    assert_eq!(ask(deployed.address, "quick").await.status, 200);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_with_413() {
    let limits = Limits { body_bytes: 100, ..Limits::default() };
    let deployed = ready_with(Config { limits, ..quick() }).await;
    assert_eq!(ask(deployed.address, &"x".repeat(100)).await.status, 200);
    assert_eq!(ask(deployed.address, &"x".repeat(101)).await.status, 413);
    // A client that sends all before it listens hears of it, too.
    assert_eq!(ask(deployed.address, &"x".repeat(20_000_000)).await.status, 413);
}

#[tokio::test]
async fn a_large_answer_arrives_whole() {
    let deployed = ready_with(quick()).await;
    let answer = ask(deployed.address, "huge").await;
    assert_eq!((answer.status, answer.body.len()), (200, 3_000_002));
}

#[tokio::test]
async fn an_answer_for_which_there_is_no_memory_is_an_error_of_its_query_alone() {
    let deployed = ready_with(Config { answer_bytes: 1 << 20, ..quick() }).await;
    let answer = ask(deployed.address, "huge").await;
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("longer than the 1 MiB"), "{}", answer.body);
    assert_eq!(ask(deployed.address, "{}").await.status, 200);
    assert_eq!(deployed.wanted().len(), 1, "the worker was kept");
}

#[tokio::test]
async fn large_answers_that_wait_for_memory_keep_no_other_answer_waiting() {
    let limits = Limits { socket_buffer: Some(32 * 1024), ..quick().limits };
    let budget = Budget::new(1 << 20, 4 << 20, 4 << 20, Arc::default());
    let config =
        Config { answer_bytes: 4 << 20, budget, limits, query_time: Duration::from_mins(1), ..quick() };
    let deployed = ready_with(config).await;
    let mut unread = TcpStream::connect(deployed.address).await.unwrap();
    unread
        .write_all(b"POST /queries.json HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nhuge")
        .await
        .unwrap();
    while !get(deployed.address, "/metrics").await.body.contains("pio_memory_used_bytes{share=\"large\"} 3") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let address = deployed.address;
    let waiting = tokio::spawn(async move { ask(address, "huge").await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(ask(deployed.address, "huge").await.status, 503, "there is no place to wait either");
    assert!(!waiting.is_finished(), "the answer before it waits for memory");
    assert_eq!(ask(deployed.address, "{}").await.status, 200);
}

#[tokio::test]
async fn an_engine_that_takes_too_long_is_answered_for_with_504() {
    let deployed = ready_with(Config { query_time: Duration::from_millis(100), ..quick() }).await;
    assert_eq!(ask(deployed.address, "slow").await.status, 504);
    assert_eq!(ask(deployed.address, "quick").await.status, 200);
}

#[tokio::test]
async fn more_queries_than_may_wait_get_503_until_the_worker_has_answered() {
    let deployed = ready_with(Config { queries: 2, query_time: Duration::from_millis(100), ..quick() }).await;
    let (first, second) = tokio::join!(ask(deployed.address, "slow"), ask(deployed.address, "slow"));
    assert_eq!((first.status, second.status), (504, 504));
    let busy = ask(deployed.address, "quick").await;
    assert_eq!((busy.status, busy.header("retry-after")), (503, Some("1")), "the worker still has two");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(ask(deployed.address, "quick").await.status, 200);
}

#[tokio::test]
async fn more_bytes_than_may_wait_get_503() {
    let deployed = ready_with(Config { query_bytes: 10_240, ..quick() }).await;
    assert_eq!(ask(deployed.address, &"x".repeat(11_000)).await.status, 503);
    assert_eq!(ask(deployed.address, &"x".repeat(9_000)).await.status, 200);
}

#[tokio::test]
async fn people_get_a_page_and_machines_json() {
    let deployed = ready_with(quick()).await;
    ask(deployed.address, "{}").await;
    let page = get(deployed.address, "/").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=UTF-8"));
    for words in ["Request count</th><td>1<", "Engine instance</th><td>one<", "Average serving", "&lt;b&gt;"]
    {
        assert!(page.body.contains(words), "{words} is missing in {}", page.body);
    }
    let json = send(deployed.address, "GET", "/", &[("accept", "application/json")], b"").await.json();
    assert_eq!((&json["requestCount"], &json["engineInstanceId"]), (&Value::from(1), &Value::from("one")));
}

#[tokio::test]
async fn metrics_count_queries_by_status() {
    let deployed = ready_with(quick()).await;
    ask(deployed.address, "{}").await;
    ask(deployed.address, "{bad").await;
    let text = get(deployed.address, "/metrics").await.body;
    for line in [
        "pio_queries_total{status=\"200\"} 1",
        "pio_queries_total{status=\"400\"} 1",
        "pio_ready 1",
        "pio_query_seconds_count 1",
        "pio_query_seconds_bucket{le=\"+Inf\"} 1",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is missing in {text}");
    }
}

#[tokio::test]
async fn stop_and_reload_ask_for_the_key() {
    let key = pio_settings::secret::Secret::new("k ey");
    let deployed = deploy_with(&[AT_ONCE], Config { server_key: Some(key), ..quick() }).await;
    deployed.until_ready().await;
    for path in ["/stop", "/stop?accessKey=", "/stop?accessKey=k", "/reload", "/reload?accessKey=k%20eyy"] {
        assert_eq!(post(deployed.address, path, "").await.status, 401, "{path}");
    }
    assert_eq!(get(deployed.address, "/reload").await.status, 401);
    assert_eq!(post(deployed.address, "/reload?accessKey=k%20ey", "").await.status, 200);
    assert_eq!(post(deployed.address, "/stop?accessKey=k+ey", "").await.status, 200);
    deployed.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn without_a_key_only_programs_of_this_machine_may_stop_and_reload() {
    let deployed = deploy(&[AT_ONCE]).await;
    deployed.until_ready().await;
    for header in ["x-forwarded-for", "x-real-ip", "forwarded", "via"] {
        for (method, path) in [("POST", "/stop"), ("POST", "/reload"), ("GET", "/reload?accessKey=any")] {
            let refused = send(deployed.address, method, path, &[(header, "203.0.113.7")], b"").await;
            assert_eq!(refused.status, 403, "{header} {path}");
            assert!(refused.json()["message"].as_str().unwrap().contains("PIO_SERVER_ACCESS_KEY"));
        }
    }
    assert_eq!(post(deployed.address, "/reload", "").await.status, 200);
    assert_eq!(post(deployed.address, "/stop", "").await.status, 200);
    deployed.ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn on_a_platform_nobody_may_stop_and_reload_without_a_key() {
    let deployed = deploy_with(&[AT_ONCE], Config { local_control: false, ..quick() }).await;
    deployed.until_ready().await;
    for path in ["/stop", "/reload"] {
        let refused = post(deployed.address, path, "").await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.body.contains("PIO_SERVER_ACCESS_KEY"), "{}", refused.body);
    }
    assert_eq!(ask(deployed.address, "{}").await.status, 200);
}
