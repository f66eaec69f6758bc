use std::time::Duration;

use crate::{eventually, runs, shell};

#[tokio::test]
async fn a_child_runs_to_its_end() {
    shell("exit 0").run_async().await.unwrap();
    let error = shell("echo bad >&2; exit 3").captured().run_async().await.unwrap_err();
    assert!(error.to_string().contains("\n  bad"), "{error}");
}

#[tokio::test]
async fn an_unwilling_child_is_killed_after_the_grace() {
    let mut child = shell("trap '' TERM; while :; do sleep 0.05; done").own_group().spawn_async().unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!child.terminate(Duration::from_millis(100)).await.unwrap().success());
    assert_eq!(child.id(), None);
}

#[tokio::test]
async fn ending_a_child_that_has_ended_tells_how_it_ended() {
    let mut child = shell("exit 4").spawn_async().unwrap();
    assert_eq!(child.wait().await.unwrap().code(), Some(4));
    assert_eq!(child.terminate(Duration::from_secs(1)).await.unwrap().code(), Some(4));
}

#[tokio::test]
async fn dropping_the_handle_kills_the_child() {
    let child = shell("sleep 60").spawn_async().unwrap();
    let pid = child.id().unwrap().to_string();
    assert!(runs(&pid));
    drop(child);
    assert!(eventually(|| !runs(&pid)));
}
