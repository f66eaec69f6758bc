use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use pio_queryserver::mounted_api::{MountedApi, MountedApiBody};
use pio_queryserver::worker::BoxFuture;
use serde_json::{Value, json};

use crate::client::{ask, get, post};
use crate::fake::{AT_ONCE, Script, deploy_beside, quick};

/// Sends back what it gets.
struct Echo;

impl MountedApi for Echo {
    fn owns(&self, path: &str) -> bool {
        path == "/echo"
    }

    fn answer(&self, request: Request<Incoming>) -> BoxFuture<'_, Response<MountedApiBody>> {
        Box::pin(async {
            let body: Bytes = request.into_body().collect().await.unwrap().to_bytes();
            Response::new(Full::new(body).map_err(|never| match never {}).boxed_unsync())
        })
    }

    fn components(&self) -> BoxFuture<'_, Value> {
        Box::pin(async { json!({ "echo": "hoarse" }) })
    }

    fn metrics(&self) -> String {
        "echoes 7\n".to_owned()
    }
}

#[tokio::test]
async fn an_annex_answers_its_own_paths_and_no_others() {
    let deployed = deploy_beside(&[AT_ONCE], quick(), Some(Arc::new(Echo))).await;
    let ready: Value = serde_json::from_str(&deployed.until_ready().await.body).unwrap();
    let components = json!({ "worker": "ok", "supervisor": "ok", "events": { "echo": "hoarse" } });
    assert_eq!(ready, json!({ "status": "ready", "engineInstanceId": "one", "components": components }));
    assert_eq!(post(deployed.address, "/echo", "hello").await.body, "hello");
    assert_eq!(ask(deployed.address, "{}").await.status, 200);
    assert_eq!(get(deployed.address, "/other").await.status, 404);
    let metrics = get(deployed.address, "/metrics").await.body;
    assert!(metrics.contains("\npio_ready 1\n") && metrics.contains("\nechoes 7\n"), "{metrics}");
}

#[tokio::test]
async fn an_annex_answers_while_the_engine_has_no_model_and_the_engine_is_tried_again() {
    let hopeless = Script::Error("model-not-found");
    let scripts = [hopeless.clone(), hopeless, AT_ONCE];
    let deployed = deploy_beside(&scripts, quick(), Some(Arc::new(Echo))).await;
    assert_eq!(post(deployed.address, "/echo", "early").await.body, "early");
    deployed.until_ready().await;
    assert_eq!(ask(deployed.address, "{}").await.status, 200);
    assert_eq!(deployed.wanted().len(), 3);
}

/// What is logged in this thread, line by line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines(&self, level: &str) -> usize {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains(level)).count()
    }
}

#[tokio::test]
async fn before_a_first_training_one_warning_is_logged_and_readiness_says_why() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let deployed = deploy_beside(&[Script::Untrained], quick(), Some(Arc::new(Echo))).await;
    while deployed.wanted().len() < 4 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((log.lines("WARN"), log.lines("ERROR"), log.lines("starting the engine's worker")), (1, 0, 1));
    for answer in [get(deployed.address, "/readyz").await, ask(deployed.address, "{}").await] {
        assert!(answer.status == 503 && answer.body.contains("has no trained model"), "{}", answer.body);
    }
}

#[tokio::test]
async fn an_engine_that_cannot_be_loaded_is_not_said_to_be_loading() {
    let deployed = deploy_beside(&[Script::Error("model-not-found")], quick(), Some(Arc::new(Echo))).await;
    while deployed.wanted().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for answer in [get(deployed.address, "/readyz").await, ask(deployed.address, "{}").await] {
        assert!(answer.status == 503 && answer.body.contains("log says why"), "{}", answer.body);
    }
}
