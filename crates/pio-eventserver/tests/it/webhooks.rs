//! Webhooks beyond the recordings.

use pio_eventserver::config::Config;
use pio_eventserver::webhooks::{Connectors, FormConnector, JsonConnector, exampleform, examplejson};
use serde_json::{Value, json};

use crate::client::Call;
use crate::server::Server;

const SEGMENT: &str = "/webhooks/segmentio.json?accessKey=ACCESSKEY";

async fn stored(server: &Server, reply: Value) -> Value {
    let id = reply["eventId"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned();
    let mut event = server.get(&format!("/events/{id}.json?accessKey=ACCESSKEY")).await.json();
    let fields = event.as_object_mut().unwrap();
    fields.remove("eventId");
    fields.remove("creationTime");
    event
}

async fn segment(server: &Server, call: Value) -> Value {
    let mut whole = json!({
        "version": 2, "sent_at": "2015-08-21T15:25:32.799Z", "timestamp": "2015-08-21T15:25:32.799Z", "user_id": 7,
    });
    whole.as_object_mut().unwrap().extend(call.as_object().unwrap().clone());
    server.post(SEGMENT, whole.to_string()).await.json()
}

#[tokio::test]
async fn a_context_of_segment_keeps_the_fields_that_pio_knew() {
    let server = Server::start(Config::default()).await;
    let context = json!({
        "ip": "8.8.8.8", "library": { "name": "l", "version": 1, "other": 1 }, "user_agent": "UA", "unknown": true,
        "location": { "latitude": 40, "longitude": -74.5, "speed": 3.9, "city": "NY", "country": {} },
        "screen": { "width": 1, "height": 2 }, "network": { "wifi": true, "carrier": "T" }, "os": { "name": "x" },
    });
    let reply =
        segment(&server, json!({ "type": "page", "name": 5, "properties": "none", "context": context }))
            .await;
    let kept = json!({
        "ip": "8.8.8.8", "library": { "name": "l", "version": "1" }, "user_agent": "UA",
        "location": { "latitude": 40.0, "longitude": -74.5, "speed": 3, "city": "NY" },
        "network": { "wifi": true, "carrier": "T" },
    });
    assert_eq!(
        stored(&server, reply).await,
        json!({
            "event": "page", "entityType": "user", "entityId": "7", "eventTime": "2015-08-21T15:25:32.799Z",
            "properties": { "context": kept, "name": "5" },
        })
    );
}

#[tokio::test]
async fn calls_of_segment_without_what_they_need_are_refused() {
    let server = Server::start(Config::default()).await;
    for call in [
        json!({ "type": "alias" }),
        json!({ "type": "group", "group_id": null }),
        json!({ "type": "nonsense" }),
        json!({ "type": "track", "event": "e", "user_id": "" }),
        json!({ "type": "identify", "user_id": null, "anonymous_id": "a" }),
        json!({ "type": "track", "event": "e", "version": null }),
    ] {
        let reply = segment(&server, call.clone()).await;
        assert!(reply["message"].is_string(), "{call} gave {reply}");
    }
}

#[tokio::test]
async fn connectors_that_a_program_adds_are_offered() {
    let mut connectors = Connectors::default();
    connectors.json.insert("examplejson".to_owned(), examplejson::event as JsonConnector);
    connectors.form.insert("exampleform".to_owned(), exampleform::event as FormConnector);
    let server = Server::start(Config { connectors, ..Config::default() }).await;
    let body = json!({
        "type": "userActionItem", "userId": "u", "event": "do", "itemId": "i", "context": { "ip": "1.2.3.4" },
        "anotherPropertyA": 4.567, "anotherPropertyB": false, "timestamp": "2015-01-15T04:20:23.567Z",
    });
    let reply = server.post("/webhooks/examplejson.json?accessKey=ACCESSKEY", body.to_string()).await.json();
    assert_eq!(
        stored(&server, reply).await,
        json!({
            "event": "do", "entityType": "user", "entityId": "u", "targetEntityType": "item", "targetEntityId": "i",
            "eventTime": "2015-01-15T04:20:23.567Z",
            "properties": { "context": { "ip": "1.2.3.4" }, "anotherPropertyA": 4.567, "anotherPropertyB": false },
        })
    );
    let form = "type=userAction&userId=u&event=do&anotherProperty1=100&context[prop1]=2.345&timestamp=2015-01-02T00:30:12.984Z";
    let mut call = Call::post("/webhooks/exampleform.form?accessKey=ACCESSKEY", form);
    call.headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let reply = server.call(&call).await.json();
    assert_eq!(
        stored(&server, reply).await,
        json!({
            "event": "do", "entityType": "user", "entityId": "u", "eventTime": "2015-01-02T00:30:12.984Z",
            "properties": { "context": { "prop1": 2.345 }, "anotherProperty1": 100 },
        })
    );
}
