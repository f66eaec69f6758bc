//! Plugins that a program adds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use pio_eventserver::config::Config;
use pio_eventserver::plugins::{EventInfo, Plugin, Plugins};
use serde_json::json;

use crate::server::Server;

/// Refuses events of robots, and notes all others.
#[derive(Default)]
struct Watch(Mutex<Vec<String>>);

impl Plugin for Watch {
    fn name(&self) -> &'static str {
        "watch"
    }

    fn description(&self) -> &'static str {
        "Refuses robots"
    }

    fn process(&self, event: &EventInfo) -> Result<(), String> {
        if event.event.entity_type == "robot" {
            return Err("no robots".to_owned());
        }
        self.0.lock().unwrap().push(event.event.event.clone());
        Ok(())
    }

    fn rest(&self, app_id: i32, channel_id: Option<i32>, arguments: &[String]) -> String {
        json!([app_id, channel_id, arguments]).to_string()
    }
}

/// Panics whenever it sees an event.
struct Fragile;

impl Plugin for Fragile {
    fn name(&self) -> &'static str {
        "fragile"
    }

    fn description(&self) -> &'static str {
        "Panics"
    }

    fn process(&self, _: &EventInfo) -> Result<(), String> {
        std::panic::panic_any("a defect of a plugin")
    }

    fn rest(&self, _: i32, _: Option<i32>, _: &[String]) -> String {
        String::new()
    }
}

#[tokio::test]
async fn blockers_refuse_events_and_sniffers_see_those_that_were_stored() {
    let (blocker, sniffer) = (Arc::new(Watch::default()), Arc::new(Watch::default()));
    let plugins = Plugins {
        input_blockers: BTreeMap::from([("watch".to_owned(), blocker.clone() as Arc<dyn Plugin>)]),
        input_sniffers: BTreeMap::from([
            ("fragile".to_owned(), Arc::new(Fragile) as Arc<dyn Plugin>),
            ("watch".to_owned(), sniffer.clone() as Arc<dyn Plugin>),
        ]),
    };
    let server = Server::start(Config { plugins, ..Config::default() }).await;
    let event = |kind: &str, name: &str| json!({ "event": name, "entityType": kind, "entityId": "1" });
    let events = "/events.json?accessKey=ACCESSKEY";
    let refused = server.post(events, event("robot", "a").to_string()).await;
    assert_eq!((refused.status, refused.json()), (403, json!({ "message": "no robots" })));
    assert_eq!(server.post(events, event("user", "b").to_string()).await.status, 201);
    let batch = json!([event("robot", "c"), event("user", "d")]).to_string();
    let results = server.post("/batch/events.json?accessKey=ACCESSKEY", batch).await.json();
    assert_eq!((&results[0]["status"], &results[1]["status"]), (&json!(403), &json!(201)));
    assert_eq!(*blocker.0.lock().unwrap(), ["b", "d"]);
    for _ in 0..100 {
        if sniffer.0.lock().unwrap().len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(*sniffer.0.lock().unwrap(), ["b", "d"]);
}

#[tokio::test]
async fn plugins_are_listed_and_answer_requests() {
    let watch = BTreeMap::from([("watch".to_owned(), Arc::new(Watch::default()) as Arc<dyn Plugin>)]);
    let plugins = Plugins { input_blockers: BTreeMap::new(), input_sniffers: watch };
    let server = Server::start(Config { plugins, ..Config::default() }).await;
    let list = server.get("/plugins.json").await.json();
    let shown = &list["plugins"]["inputsniffers"]["watch"];
    assert_eq!((&shown["name"], &shown["description"]), (&json!("watch"), &json!("Refuses robots")));
    assert_eq!(list["plugins"]["inputblockers"], json!({}));
    let reply = server.get("/plugins/inputsniffer/watch/a/b%20c?accessKey=ACCESSKEY&channel=ch1").await;
    assert_eq!(reply.json(), json!([1, 1, ["a", "b c"]]));
    assert_eq!(server.get("/plugins/inputblocker/watch?accessKey=ACCESSKEY").await.status, 404);
}
