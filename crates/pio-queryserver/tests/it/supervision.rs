use std::time::{Duration, Instant};

use pio_queryserver::config::Config;
use pio_queryserver::worker::InstanceSelector;
use tokio::net::TcpStream;

use crate::client::{ask, get, post};
use crate::fake::{AT_ONCE, Script, deploy, deploy_with, quick};

#[tokio::test]
async fn a_worker_that_dies_is_replaced_and_its_queries_get_503() {
    let slow_start = Script::Ready(Duration::from_millis(200), "one");
    let deployed = deploy(&[AT_ONCE, slow_start]).await;
    deployed.until_ready().await;
    let (waiting, dying) = tokio::join!(ask(deployed.address, "slow"), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        ask(deployed.address, "die").await
    });
    assert_eq!((waiting.status, dying.status), (503, 503));
    let meanwhile = ask(deployed.address, "{}").await;
    assert_eq!((meanwhile.status, meanwhile.header("retry-after")), (503, Some("3")));
    assert_eq!(get(deployed.address, "/readyz").await.status, 503);
    deployed.until_ready().await;
    assert_eq!(ask(deployed.address, "{}").await.status, 200);
    assert_eq!(deployed.wanted(), [InstanceSelector::Configured, InstanceSelector::Same("one".into())]);
    assert!(get(deployed.address, "/metrics").await.body.contains("pio_worker_restarts_total 1"));
}

#[tokio::test]
async fn a_worker_that_hangs_is_replaced() {
    let config =
        Config { silence: Duration::from_millis(400), query_time: Duration::from_millis(100), ..quick() };
    let deployed = deploy_with(&[AT_ONCE], config).await;
    deployed.until_ready().await;
    assert_eq!(ask(deployed.address, "never").await.status, 504);
    tokio::time::sleep(Duration::from_millis(700)).await;
    deployed.until_ready().await;
    assert_eq!(deployed.wanted().len(), 2);
}

#[tokio::test]
async fn a_first_worker_without_hope_ends_the_server_with_the_reason() {
    for (script, words) in
        [(Script::Error("model-not-found"), "It failed. It had to. Do better."), (Script::Newer, "version 2")]
    {
        let deployed = deploy(&[script]).await;
        let failure = deployed.ended.await.unwrap().unwrap_err();
        assert!(failure.to_string().contains(words), "{failure}");
        assert!(TcpStream::connect(deployed.address).await.is_err());
    }
}

#[tokio::test]
async fn a_first_worker_that_fails_for_a_while_is_tried_again() {
    let scripts = [Script::Dies, Script::LaunchError, Script::Error("database"), AT_ONCE];
    let deployed = deploy(&scripts).await;
    deployed.until_ready().await;
    assert_eq!(deployed.wanted(), vec![InstanceSelector::Configured; 4]);
}

#[tokio::test]
async fn a_first_worker_that_always_dies_ends_the_server() {
    let deployed = deploy(&[Script::Dies]).await;
    let failure = deployed.ended.await.unwrap().unwrap_err();
    assert!(failure.to_string().contains("exit status: 7"), "{failure}");
}

#[tokio::test]
async fn shutdown_answers_what_is_in_flight_and_stops_the_worker() {
    let deployed = deploy(&[AT_ONCE]).await;
    deployed.until_ready().await;
    let address = deployed.address;
    let waiting = tokio::spawn(async move { ask(address, "slow").await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    deployed.stop.send(()).unwrap();
    assert_eq!(waiting.await.unwrap().status, 200);
    deployed.ended.await.unwrap().unwrap();
    assert_eq!(*deployed.fakes.stopped.borrow(), 1);
}

#[tokio::test]
async fn stop_ends_the_server() {
    let deployed = deploy(&[AT_ONCE]).await;
    deployed.until_ready().await;
    let answer = post(deployed.address, "/stop", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "Shutting down..."));
    deployed.ended.await.unwrap().unwrap();
    assert_eq!(*deployed.fakes.stopped.borrow(), 1);
}

#[tokio::test]
async fn a_server_that_is_still_loading_can_be_stopped_at_once() {
    let deployed = deploy(&[Script::Ready(Duration::from_mins(1), "one")]).await;
    assert_eq!(get(deployed.address, "/healthz").await.status, 200);
    let start = Instant::now();
    deployed.stop.send(()).unwrap();
    deployed.ended.await.unwrap().unwrap();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_supervisor_that_panics_ends_the_server_with_words() {
    let deployed = deploy(&[Script::Panics]).await;
    let failure = deployed.ended.await.unwrap().unwrap_err().to_string();
    assert!(failure.contains("The supervisor of the server ended unexpectedly"), "{failure}");
}
