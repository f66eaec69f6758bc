use std::time::Duration;

use pio_queryserver::worker::InstanceSelector;

use crate::client::{ask, get, post};
use crate::fake::{AT_ONCE, Script, deploy};

#[tokio::test]
async fn a_reload_swaps_to_the_newest_instance_without_losing_a_query() {
    let deployed = deploy(&[AT_ONCE, Script::Ready(Duration::from_millis(100), "two")]).await;
    deployed.until_ready().await;
    let (address, mut stopped) = (deployed.address, deployed.fakes.stopped.subscribe());
    let querying = tokio::spawn(async move {
        let mut answers = Vec::new();
        for _ in 0..60 {
            answers.push(tokio::spawn(async move { ask(address, "slow").await }));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut statuses = Vec::new();
        for answer in answers {
            statuses.push(answer.await.unwrap().status);
        }
        statuses
    });
    let reloaded = post(address, "/reload", "").await;
    assert_eq!(reloaded.status, 200);
    assert!(reloaded.body.starts_with("Reloading...") && reloaded.body.contains("two"), "{}", reloaded.body);
    assert_eq!(ask(address, "{}").await.json()["from"], "two");
    assert_eq!(querying.await.unwrap(), vec![200; 60]);
    assert_eq!(deployed.wanted(), [InstanceSelector::Configured, InstanceSelector::Newest]);
    stopped.wait_for(|stopped| *stopped == 1).await.unwrap();
}

#[tokio::test]
async fn a_reload_that_fails_keeps_what_served() {
    let deployed =
        deploy(&[AT_ONCE, Script::Error("model-incompatible"), Script::Ready(Duration::ZERO, "three")]).await;
    deployed.until_ready().await;
    let failed = post(deployed.address, "/reload", "").await;
    assert_eq!(failed.status, 500);
    assert!(failed.body.contains("It failed. It had to. Do better."), "{}", failed.body);
    assert!(!failed.body.contains("Some.java"), "{}", failed.body);
    assert_eq!(ask(deployed.address, "{}").await.json()["from"], "one");
    assert_eq!(get(deployed.address, "/reload").await.status, 200, "GET is taken as well");
    assert_eq!(ask(deployed.address, "{}").await.json()["from"], "three");
}

#[tokio::test]
async fn a_reload_that_takes_long_is_answered_while_it_goes_on() {
    let deployed = deploy(&[AT_ONCE, Script::Ready(Duration::from_secs(1), "two")]).await;
    deployed.until_ready().await;
    let (first, second) = tokio::join!(post(deployed.address, "/reload", ""), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        post(deployed.address, "/reload", "").await
    });
    assert_eq!((first.status, second.status), (202, 409));
    assert_eq!(ask(deployed.address, "{}").await.json()["from"], "one");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(ask(deployed.address, "{}").await.json()["from"], "two");
}
