//! PIO's rules for events, one by one.

use serde_json::{Value, json};

use pio_storage::events::Event;

use crate::event::document::{self, Document};
use crate::event::invalid::InvalidEvent;
use crate::event::{self, parse};
use pio_json::Syntax;

/// A good event with some of its fields replaced; `null` is a value.
fn with(changes: &Value) -> Result<pio_storage::events::NewEvent, InvalidEvent> {
    let mut event = json!({ "event": "rate", "entityType": "user", "entityId": "u1" });
    event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    parse::event(&event.to_string())
}

#[test]
fn what_may_be_left_out_is_filled_in() {
    let event = with(&json!({ "properties": null, "eventTime": null, "prId": null, "eventId": "" })).unwrap();
    assert_eq!(
        (event.properties.as_str(), event.event_time, event.pr_id, event.id),
        ("{}", None, None, None)
    );
}

#[test]
fn numbers_pass_for_text_and_other_types_do_not() {
    let event = with(&json!({ "entityId": 42, "eventId": 1.5 })).unwrap();
    assert_eq!((event.entity_id.as_str(), event.id.as_deref()), ("42", Some("1.5")));
    for value in [json!(true), json!([]), json!({})] {
        assert_eq!(with(&json!({ "entityId": value })), Err(InvalidEvent::NotText("entityId")));
        assert_eq!(with(&json!({ "prId": value })), Err(InvalidEvent::NotText("prId")));
    }
}

#[test]
fn required_fields_must_be_there_and_not_empty() {
    assert_eq!(parse::event("{}"), Err(InvalidEvent::Missing("event")));
    assert_eq!(with(&json!({ "entityType": null })), Err(InvalidEvent::Null("entityType")));
    assert_eq!(with(&json!({ "event": "" })), Err(InvalidEvent::EmptyEvent));
    assert_eq!(with(&json!({ "entityId": "" })), Err(InvalidEvent::Empty("entityId")));
}

#[test]
fn a_target_is_whole_or_not_there() {
    assert_eq!(with(&json!({ "targetEntityType": "item" })), Err(InvalidEvent::HalfTarget));
    assert_eq!(with(&json!({ "targetEntityId": "i" })), Err(InvalidEvent::HalfTarget));
    let empty = json!({ "targetEntityType": "item", "targetEntityId": "" });
    assert_eq!(with(&empty), Err(InvalidEvent::Empty("targetEntityId")));
}

#[test]
fn reserved_events_have_rules_of_their_own() {
    let target = json!({ "event": "$set", "targetEntityType": "item", "targetEntityId": "i" });
    assert_eq!(with(&target), Err(InvalidEvent::ReservedTarget("$set".to_owned())));
    assert_eq!(with(&json!({ "event": "$unset" })), Err(InvalidEvent::EmptyUnset));
    assert!(with(&json!({ "event": "$unset", "properties": { "a": null } })).is_ok());
    assert!(with(&json!({ "event": "$delete" })).is_ok());
    assert_eq!(with(&json!({ "event": "pio_x" })), Err(InvalidEvent::ReservedEvent("pio_x".to_owned())));
}

#[test]
fn reserved_names_are_kept_for_pio() {
    let refused = |field, name: &str| Err(InvalidEvent::ReservedName { field, name: name.to_owned() });
    assert_eq!(with(&json!({ "entityType": "$x" })), refused("entityType", "$x"));
    assert_eq!(with(&json!({ "properties": { "a": 1, "pio_x": 1 } })), refused("property", "pio_x"));
    let target = |name: &str| with(&json!({ "targetEntityType": name, "targetEntityId": "i" }));
    assert_eq!(target("pio_x"), refused("targetEntityType", "pio_x"));
    assert!(target("pio_pr").is_ok() && target("item").is_ok());
    assert!(with(&json!({ "entityType": "pio_pr", "properties": { "a": { "pio_x": 1 } } })).is_ok());
}

#[test]
fn of_an_array_as_many_items_are_kept_as_are_wanted_and_all_are_counted() {
    let counted = |limit: usize| match document::read(r#"[{"event":"a"}, 1, {"event":"b"}]"#, limit).unwrap()
    {
        Document::Array(items) => (items.count, items.kept.iter().map(Option::is_some).collect::<Vec<_>>()),
        Document::Object(_) => panic!("an object"),
    };
    assert_eq!(counted(0), (3, vec![]));
    assert_eq!(counted(2), (3, vec![true, false]));
    assert_eq!(counted(3), (3, vec![true, false, true]));
    assert_eq!(counted(9), (3, vec![true, false, true]));
}

#[test]
fn an_event_is_shown_as_it_was_sent_with_its_id_and_times() {
    let sent = json!({
        "targetEntityType": "item", "targetEntityId": "i\"1", "prId": "p", "properties": { "a": [1, "é"] },
        "eventTime": "2020-01-02T03:04:05.678+05:30",
    });
    let new = with(&sent).unwrap();
    let (event_time, tags) = (new.event_time.expect("a time"), Vec::new());
    let event = Event {
        id: "0a".to_owned(),
        event: new.event,
        entity_type: new.entity_type,
        entity_id: new.entity_id,
        target_entity_type: new.target_entity_type,
        target_entity_id: new.target_entity_id,
        properties: new.properties,
        event_time,
        tags,
        pr_id: new.pr_id,
        creation_time: event_time,
    };
    let shown = |event: &Event| {
        let mut out = String::new();
        event::json::write(event, &mut out);
        serde_json::from_str::<Value>(&out).unwrap()
    };
    let mut expected = json!({
        "eventId": "0a", "event": "rate", "entityType": "user", "entityId": "u1",
        "creationTime": "2020-01-02T03:04:05.678+05:30",
    });
    expected.as_object_mut().unwrap().extend(sent.as_object().unwrap().clone());
    assert_eq!(shown(&event), expected);
    assert_eq!(shown(&Event { properties: "[1]".to_owned(), ..event })["properties"], json!({}));
}

#[test]
fn ids_fit_their_column_and_texts_hold_no_nul() {
    assert!(with(&json!({ "eventId": "ü".repeat(32) })).is_ok());
    assert_eq!(with(&json!({ "eventId": "x".repeat(33) })), Err(InvalidEvent::LongId));
    assert_eq!(with(&json!({ "entityId": "a\0b" })), Err(InvalidEvent::Nul("entityId")));
    assert_eq!(with(&json!({ "properties": { "a": "\0" } })).unwrap().properties, r#"{"a":"\u0000"}"#);
}

#[test]
fn a_text_may_hold_several_events_for_who_asks_for_them() {
    let event = r#"{"event":"a","entityType":"t","entityId":"1"}"#;
    let read =
        |text: &str| parse::events(text).map(|event| event.map(|event| event.entity_id)).collect::<Vec<_>>();
    let one = || Ok("1".to_owned());
    assert_eq!(read(&format!("{event}{event} , {event}")), [one(), one(), one()]);
    assert_eq!(read(&format!("{event}[1]{event}")), [one(), Err(InvalidEvent::NotAnObject), one()]);
    assert_eq!(read(&format!("{event}x{event}")), [one(), Err(InvalidEvent::Json(Syntax::Character))]);
    assert_eq!(read(&format!("{event}{{\"event\"")), [one(), Err(InvalidEvent::Json(Syntax::End))]);
    assert_eq!(read(" "), []);
    assert_eq!(parse::event(&format!("{event}{event}")), Err(InvalidEvent::Several));
}

#[test]
fn a_number_that_cannot_be_stored_is_told_with_its_field() {
    let event = |fields: &str| {
        let event = format!(r#"{{"event":"a","entityType":"t","entityId":"1",{fields}}}"#);
        parse::event(&event).map(|event| event.properties).map_err(|error| error.to_string())
    };
    let words = event(r#""properties":{"x":1,"rating":[{"deep":1e400}]}"#).unwrap_err();
    assert_eq!(
        words,
        "A number in the property rating cannot be stored: it is beyond the range of a double, which ends at 1.8e308."
    );
    let long = "9".repeat(1001);
    for fields in
        [format!(r#""entityId":{long}"#), format!(r#""prId":-{long}"#), format!(r#""eventTime":{long}"#)]
    {
        let words = event(&fields).unwrap_err();
        assert!(words.contains("cannot be stored: it has more than 1000 characters"), "{words}");
    }
    let exact = "123456789012345678901234567890";
    assert_eq!(
        event(&format!(r#""properties":{{"i":{exact},"s":"{long}"}}"#)).unwrap().len(),
        1014 + exact.len()
    );
    assert!(event(r#""tags":[1e400]"#).is_ok(), "fields that nobody reads do not count");
}

#[test]
fn messages_show_the_form_of_a_time_and_the_beginning_of_a_long_text() {
    let words = |event: Result<_, InvalidEvent>| {
        event.map(|_: pio_storage::events::NewEvent| ()).unwrap_err().to_string()
    };
    let time = words(with(&json!({ "eventTime": "2014-11-21T01:04:14" })));
    assert!(time.starts_with("Fail to extract eventTime 2014-11-21T01:04:14: "), "{time}");
    assert!(time.contains("offset or Z") && time.contains("2004-12-13T21:39:45.618-07:00"), "{time}");
    let long = words(with(&json!({ "eventTime": "\u{1b}[31m".repeat(1000) })));
    assert!(long.len() < 400 && long.contains("\\u{1b}[31m") && !long.contains('\u{1b}'), "{long}");
    assert!(words(with(&json!({ "event": format!("${}", "x".repeat(9000)) }))).len() < 400);
}

#[test]
fn of_equal_keys_the_last_one_counts() {
    let text = r#"{"event":"a","event":"b","entityType":"t","entityId":"i","properties":{"x":1,"y":2,"x":{"z":1,"z":2}}}"#;
    let event = parse::event(text).unwrap();
    assert_eq!((event.event.as_str(), event.properties.as_str()), ("b", r#"{"y":2,"x":{"z":1,"z":2}}"#));
}
