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
        json!({ "type": "nonsense".repeat(10_000) }),
        json!({ "type": "track", "event": "e", "user_id": "" }),
        json!({ "type": "alias", "user_id": null, "anonymous_id": "a", "previous_id": "b" }),
        json!({ "type": "track", "event": "e", "version": null }),
        json!({ "type": "track", "event": "e", "timestamp": "2015-08-21T15:25:32" }),
    ] {
        let reply = segment(&server, call.clone()).await;
        let message = reply["message"].as_str().unwrap_or_default();
        assert!((1..400).contains(&message.len()), "{call} gave {reply}");
    }
}

#[tokio::test]
async fn a_context_of_segment_is_kept_where_a_server_called() {
    let server = Server::start(Config::default()).await;
    let context = json!({ "library": { "name": "analytics-ruby" }, "ip": null });
    let call = json!({
        "type": "track", "version": "2", "event": "e", "userId": "u", "timestamp": "2015-08-21T15:25:32.799Z",
        "context": context,
    });
    let reply = server.post(SEGMENT, call.to_string()).await.json();
    let kept = stored(&server, reply).await["properties"]["context"].clone();
    assert_eq!(kept, json!({ "library": { "name": "analytics-ruby" } }));
}

#[tokio::test]
async fn calls_of_segment_may_have_its_own_names() {
    let server = Server::start(Config::default()).await;
    let context = json!({
        "ip": "8.8.8.8", "library": { "name": "l", "version": "1" }, "userAgent": "UA",
        "device": { "advertisingId": "ad", "adTrackingEnabled": true },
    });
    let kept = json!({
        "ip": "8.8.8.8", "library": { "name": "l", "version": "1" }, "user_agent": "UA",
        "device": { "advertising_id": "ad", "ad_tracking_enabled": true },
    });
    let traits = json!({ "firstName": "F", "last_name": "L" });
    for (own, stored_as) in [
        (json!({ "type": "identify", "traits": traits }), json!({ "traits": traits })),
        (
            json!({ "type": "track", "event": "Bought It", "properties": { "userId": 1 } }),
            json!({ "event": "Bought It", "properties": { "userId": 1 } }),
        ),
        (json!({ "type": "alias", "previousId": "p" }), json!({ "previous_id": "p" })),
        (json!({ "type": "page", "name": "Home", "category": "x" }), json!({ "name": "Home" })),
        (json!({ "type": "screen", "name": "Main" }), json!({ "name": "Main" })),
        (
            json!({ "type": "group", "groupId": "g", "traits": traits }),
            json!({ "group_id": "g", "traits": traits }),
        ),
    ] {
        let mut call = json!({
            "version": "2", "messageId": "m", "sentAt": null, "receivedAt": "2015-08-21T15:25:33Z", "userId": "u",
            "anonymousId": "a", "originalTimestamp": "x", "timestamp": "2015-08-21T15:25:32.799Z", "context": context,
        });
        call.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let reply = server.post(SEGMENT, call.to_string()).await.json();
        let mut properties = stored_as;
        properties["context"] = kept.clone();
        let expected = json!({
            "event": own["type"], "entityType": "user", "entityId": "u", "eventTime": "2015-08-21T15:25:32.799Z",
            "properties": properties,
        });
        assert_eq!(stored(&server, reply).await, expected);
    }
}

#[tokio::test]
async fn of_two_names_for_a_field_of_segment_pios_counts_where_it_fits() {
    let server = Server::start(Config::default()).await;
    for (names, entity) in [
        (json!({ "user_id": "snake", "userId": "camel" }), "snake"),
        (json!({ "user_id": null, "userId": "camel", "anonymous_id": "anonymous" }), "camel"),
        (json!({ "user_id": [1], "userId": "camel" }), "camel"),
        (json!({ "user_id": "", "anonymousId": "anonymous" }), "anonymous"),
    ] {
        for kind in [json!({ "type": "track", "event": "e" }), json!({ "type": "identify" })] {
            let mut call = names.clone();
            call.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
            let reply = segment(&server, call).await;
            assert_eq!(stored(&server, reply).await["entityId"], entity, "{names}");
        }
    }
}

async fn mailchimp(server: &Server, fields: &[(&str, &str)]) -> Value {
    let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut call = Call::post("/webhooks/mailchimp.form?accessKey=ACCESSKEY", body);
    call.headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    server.call(&call).await.json()
}

#[tokio::test]
async fn mailchimp_needs_no_more_than_what_identifies() {
    let server = Server::start(Config::default()).await;
    let (fired, list) = (("fired_at", "2009-03-26 21:35:57"), ("data[list_id]", "l"));
    let (id, new_id) = (("data[id]", "u"), ("data[new_id]", "u"));
    let cases = [
        ("subscribe", vec![list, id], "user"),
        ("unsubscribe", vec![list, id], "user"),
        ("profile", vec![list, id], "user"),
        ("upemail", vec![list, new_id], "user"),
        ("campaign", vec![list, id], "campaign"),
        ("cleaned", vec![list], "list"),
    ];
    for (kind, ids, entity) in cases {
        let whole = [vec![("type", kind), fired], ids].concat();
        let event = stored(&server, mailchimp(&server, &whole).await).await;
        assert_eq!((&event["event"], &event["entityType"]), (&json!(kind), &json!(entity)));
        assert_eq!(
            (&event["properties"], &event["eventTime"]),
            (&json!({}), &json!("2009-03-26T21:35:57.000Z"))
        );
        for left_out in 1..whole.len() {
            let mut less = whole.clone();
            let (name, _) = less.remove(left_out);
            let reply = mailchimp(&server, &less).await;
            assert!(
                reply["message"].as_str().is_some_and(|words| words.contains(name)),
                "{kind} {name}: {reply}"
            );
        }
    }
    let some = [("data[merges][LNAME]", "L"), ("data[merges][ADDRESS][city]", "C"), ("data[email]", "e")];
    let event = mailchimp(&server, &[&[("type", "subscribe"), fired, list, id], &some[..]].concat()).await;
    let properties = &stored(&server, event).await["properties"];
    assert_eq!(
        properties,
        &json!({ "email": "e", "merges": { "LNAME": "L" } }),
        "other merge fields are left out, as in PIO"
    );
}

#[tokio::test]
async fn forms_that_are_not_utf8_are_refused() {
    let server = Server::start(Config::default()).await;
    let form = "type=cleaned&fired_at=2009-03-26+22%3A01%3A00&data%5Blist_id%5D=";
    for (list, status) in [("m%C3%BCller+%EF%BF%BD", 201), ("m%FCller", 400), ("%ed%a0%80", 400)] {
        let mut call = Call::post("/webhooks/mailchimp.form?accessKey=ACCESSKEY", format!("{form}{list}"));
        call.headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        assert_eq!(server.call(&call).await.status, status, "{list}");
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
