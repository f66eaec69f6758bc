//! Storing many events at a time.

use chrono::DateTime;
use pio_storage::{
    events::{Event, NewEvent, Outcome, filter::Filter, table::EventTable},
    test_support::{TestDatabase, database, run_sql},
};

use crate::sample::{app, event, with_id};

async fn with_apps() -> TestDatabase {
    let db = database().await;
    for name in ["One", "Two"] {
        db.storage.apps().create(&app(name)).await.unwrap();
    }
    db
}

/// Events with each field there and missing, and with what is hard to write down.
fn all_sorts(count: usize) -> Vec<NewEvent> {
    let time = |hour| DateTime::parse_from_rfc3339(&format!("2014-11-22T{hour:02}:00:00.123+09:30")).unwrap();
    let new = |at: usize| {
        let is = |number: usize| at.is_multiple_of(number);
        NewEvent {
            id: None,
            event: "いいね".to_owned(),
            entity_type: "user".to_owned(),
            entity_id: format!("{at} \\N \\. ' \" \t\n,é😀"),
            target_entity_type: is(2).then(|| "item".to_owned()),
            target_entity_id: is(2).then(String::new),
            properties: if is(3) { String::new() } else { format!(r#"{{"a":"\\ {at}"}}"#) },
            event_time: Some(time(at % 24)),
            tags: if is(5) { vec!["a".to_owned(), "b".to_owned()] } else { Vec::new() },
            pr_id: is(7).then(|| "pr\\N".to_owned()),
            creation_time: Some(time(at % 23)),
        }
    };
    (0..count).map(new).collect()
}

async fn all(db: &TestDatabase, table: EventTable) -> Vec<Event> {
    let mut events = db.storage.events().find(table, &Filter::default()).await.unwrap();
    for event in &mut events {
        event.id.clear();
    }
    events.sort_by(|one, other| one.entity_id.cmp(&other.entity_id));
    events
}

#[tokio::test]
async fn many_events_are_stored_as_single_ones_are() {
    let db = with_apps().await;
    let events = all_sorts(500);
    let (together, one_by_one) = (EventTable::of_app(1), EventTable::of_app(2));
    let stored = db.storage.events().insert(together, &events).await.unwrap();
    assert!(stored.iter().all(|insertion| insertion.outcome == Outcome::Stored));
    for event in events.chunks(1) {
        db.storage.events().insert(one_by_one, event).await.unwrap();
    }
    assert_eq!(all(&db, together).await, all(&db, one_by_one).await);
    let first = db.storage.events().get(together, &stored[0].id).await.unwrap().unwrap();
    assert_eq!(first.entity_id, events[0].entity_id);
}

#[tokio::test]
async fn of_many_events_all_or_none_are_stored() {
    let db = with_apps().await;
    run_sql(&db.settings, "ALTER TABLE pio_event_1 ADD CHECK (entityid <> 'u399')").await;
    let events: Vec<_> = (0..400).map(|at| event("view", &format!("u{at}"))).collect();
    assert!(db.storage.events().insert(EventTable::of_app(1), &events).await.is_err());
    assert_eq!(all(&db, EventTable::of_app(1)).await, []);
    // The connection is as good as before.
    db.storage.events().insert(EventTable::of_app(1), &events[..399]).await.unwrap();
    assert_eq!(all(&db, EventTable::of_app(1)).await.len(), 399);
}

#[tokio::test]
async fn two_who_store_the_same_ids_in_opposite_order_do_not_wait_for_each_other() {
    let db = with_apps().await;
    for round in 0..20 {
        let mut events: Vec<_> =
            (0..300).map(|at| with_id(&format!("{round}-{at}"), event("view", "u"))).collect();
        let forwards = events.clone();
        events.reverse();
        let storage = db.storage.events();
        let (one, other) = tokio::join!(
            storage.insert(EventTable::of_app(1), &forwards),
            storage.insert(EventTable::of_app(1), &events)
        );
        let stored = |outcome: pio_storage::errors::Result<Vec<_>>| {
            let insertions: Vec<pio_storage::events::Insertion> = outcome.unwrap();
            insertions.iter().filter(|insertion| insertion.outcome == Outcome::Stored).count()
        };
        assert_eq!(stored(one) + stored(other), 300, "each is stored once");
    }
}
