//! Indexes on tables that PIO made.

use std::time::Duration;

use pio_settings::database::DatabaseSettings;
use pio_storage::{
    Storage,
    events::table::EventTable,
    test_support::{empty_database, run_sql},
};
use tokio::time::timeout;

use crate::sample::event;

const PIO: &str = include_str!("../data/pio-0.14.sql");

const ALL: [&str; 6] = [
    "pio_event_1_entity",
    "pio_event_1_time",
    "pio_event_1_1_entity",
    "pio_event_1_1_time",
    "pio_event_2_entity",
    "pio_event_2_time",
];

async fn adopted() -> (DatabaseSettings, Storage) {
    let settings = empty_database().await;
    run_sql(&settings, PIO).await;
    let storage = Storage::connect(&settings).await.unwrap();
    (settings, storage)
}

async fn assert_valid(settings: &DatabaseSettings, count: usize) {
    let check = format!(
        "DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_index JOIN pg_class ON oid = indexrelid \
         WHERE indisvalid AND relname ~ '_(entity|time)$') = {count}; END $$"
    );
    run_sql(settings, &check).await;
}

#[tokio::test]
async fn missing_indexes_are_made_once() {
    let (settings, storage) = adopted().await;
    assert_eq!(storage.events().create_missing_indexes().await.unwrap(), ALL);
    assert_valid(&settings, 6).await;
    assert!(storage.events().create_missing_indexes().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_an_interrupted_run_left_is_made_anew() {
    let (settings, storage) = adopted().await;
    run_sql(&settings, "CREATE INDEX pio_event_1_entity ON pio_event_1 (eventtime)").await;
    run_sql(
        &settings,
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'pio_event_1_entity'::regclass",
    )
    .await;
    assert!(
        storage.events().create_missing_indexes().await.unwrap().contains(&"pio_event_1_entity".to_owned())
    );
    assert_valid(&settings, 6).await;
}

#[tokio::test]
async fn writers_are_not_blocked_while_an_index_is_made() {
    let (settings, storage) = adopted().await;
    // An open transaction that wrote: a plain CREATE INDEX would wait for it and make all later writers wait as well.
    let mut writer = storage.events().import(EventTable::of_app(1)).await.unwrap();
    writer.add(&[event("view", "u1")]).await.unwrap();
    let making = tokio::spawn({
        let storage = storage.clone();
        async move { storage.events().create_missing_indexes().await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let other = [event("view", "u2")];
    let events = storage.events();
    let insert = events.insert(EventTable::of_app(1), &other);
    timeout(Duration::from_secs(5), insert).await.expect("the writer was blocked").unwrap();
    assert!(!making.is_finished());
    writer.commit().await.unwrap();
    assert_eq!(making.await.unwrap().unwrap(), ALL);
    assert_valid(&settings, 6).await;
}

#[tokio::test]
async fn only_one_process_makes_indexes() {
    let (settings, storage) = adopted().await;
    let other = Storage::connect(&settings).await.unwrap();
    let (events, other_events) = (storage.events(), other.events());
    let (one, two) = tokio::join!(events.create_missing_indexes(), other_events.create_missing_indexes());
    assert_eq!(one.unwrap().len() + two.unwrap().len(), 6);
    assert_valid(&settings, 6).await;
}
