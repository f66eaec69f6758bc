//! Filters, against a plain model of them.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use pio_storage::{
    events::{
        Event, NewEvent,
        filter::{Filter, Order},
        table::EventTable,
    },
    test_support::database,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::sample::app;

/// So many filters are tried.
const ROUNDS: usize = 300;

fn one_of(random: &mut StdRng, choices: &[&str]) -> String {
    choices[random.random_range(0..choices.len())].to_owned()
}

fn sometimes<T>(random: &mut StdRng, make: impl FnOnce(&mut StdRng) -> T) -> Option<T> {
    random.random_bool(0.4).then(|| make(random))
}

/// A time among few, so that events share some and filters hit some exactly.
fn time(random: &mut StdRng) -> DateTime<FixedOffset> {
    let start = DateTime::parse_from_rfc3339("2015-01-01T00:00:00+02:00").unwrap();
    start + TimeDelta::milliseconds(random.random_range(0..20) * 500)
}

fn event(random: &mut StdRng) -> NewEvent {
    NewEvent {
        event: one_of(random, &["view", "rate", "$set"]),
        entity_type: one_of(random, &["user", "item"]),
        entity_id: one_of(random, &["1", "2", "3", ""]),
        target_entity_type: sometimes(random, |r| one_of(r, &["item", ""])),
        target_entity_id: sometimes(random, |r| one_of(r, &["i1", "i2"])),
        event_time: Some(time(random)),
        creation_time: Some(time(random)),
        ..NewEvent::default()
    }
}

fn filter(random: &mut StdRng) -> Filter {
    Filter {
        start_time: sometimes(random, |r| time(r).to_utc()),
        until_time: sometimes(random, |r| time(r).to_utc()),
        entity_type: sometimes(random, |r| one_of(r, &["user", "item", "none"])),
        entity_id: sometimes(random, |r| one_of(r, &["1", "2", ""])),
        event_names: sometimes(random, |r| {
            (0..r.random_range(0..3)).map(|_| one_of(r, &["view", "$set"])).collect()
        }),
        target_entity_type: sometimes(random, |r| sometimes(r, |r| one_of(r, &["item", ""]))),
        target_entity_id: sometimes(random, |r| sometimes(r, |r| one_of(r, &["i1", "none"]))),
        limit: sometimes(random, |r| r.random_range(0..30)),
        order: if random.random_bool(0.5) { Order::EventTime } else { Order::EventTimeReversed },
    }
}

fn is_meant(filter: &Filter, event: &Event) -> bool {
    let time = event.event_time.to_utc();
    filter.start_time.is_none_or(|start: DateTime<Utc>| time >= start)
        && filter.until_time.is_none_or(|until| time < until)
        && filter.entity_type.as_ref().is_none_or(|kind| *kind == event.entity_type)
        && filter.entity_id.as_ref().is_none_or(|id| *id == event.entity_id)
        && filter.event_names.as_ref().is_none_or(|names| names.contains(&event.event))
        && filter.target_entity_type.as_ref().is_none_or(|target| *target == event.target_entity_type)
        && filter.target_entity_id.as_ref().is_none_or(|target| *target == event.target_entity_id)
}

fn model(filter: &Filter, all: &[Event]) -> Vec<Event> {
    let mut meant: Vec<_> = all.iter().filter(|event| is_meant(filter, event)).cloned().collect();
    meant.sort_by_key(|event| (event.event_time, event.creation_time, event.id.clone()));
    if filter.order == Order::EventTimeReversed {
        meant.reverse();
    }
    meant.truncate(filter.limit.map_or(usize::MAX, |limit| limit as usize));
    meant
}

#[tokio::test]
async fn every_combination_means_what_it_says() {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    let (table, mut random) = (EventTable::of_app(1), StdRng::seed_from_u64(7));
    let events: Vec<_> = (0..200).map(|_| event(&mut random)).collect();
    db.storage.events().insert(table, &events).await.unwrap();
    let all =
        db.storage.events().find(table, &Filter { order: Order::Stored, ..Filter::default() }).await.unwrap();
    assert_eq!(all.len(), 200);
    let mut found_some = 0;
    for _ in 0..ROUNDS {
        let filter = filter(&mut random);
        let found = db.storage.events().find(table, &filter).await.unwrap();
        assert_eq!(found, model(&filter, &all), "{filter:?}");
        found_some += usize::from(!found.is_empty());
    }
    assert!(found_some > ROUNDS / 10, "the filters hit something: {found_some}");
}

#[tokio::test]
async fn ids_longer_than_an_index_holds_are_stored_and_found() {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    let table = EventTable::of_app(1);
    // Random, because what repeats itself is compressed before its length counts.
    let mut random = StdRng::seed_from_u64(1);
    let long: String = (0..100_000).map(|_| random.random_range('a'..='z')).collect();
    let huge = NewEvent {
        entity_id: long.clone(),
        entity_type: long.clone(),
        event: long.clone(),
        ..event(&mut random)
    };
    db.storage.events().insert(table, &[huge]).await.unwrap();
    let by_entity = Filter { entity_type: Some(long.clone()), entity_id: Some(long), ..Filter::default() };
    assert_eq!(db.storage.events().find(table, &by_entity).await.unwrap().len(), 1);
}
