//! Storing many events, all or none.

use pio_storage::{
    errors::StorageError,
    events::{Outcome, filter::Filter, table::EventTable},
    test_support::{TestDatabase, database},
};

use crate::sample::{app, event, with_id};

async fn with_app() -> (TestDatabase, EventTable) {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    (db, EventTable::of_app(1))
}

async fn count(db: &TestDatabase, table: EventTable) -> usize {
    db.storage.events().find(table, &Filter::default()).await.unwrap().len()
}

#[tokio::test]
async fn nothing_is_seen_until_the_commit() {
    let (db, table) = with_app().await;
    let mut import = db.storage.events().import(table).await.unwrap();
    for batch in 0..3 {
        let events: Vec<_> = (0..100).map(|i| event("view", &format!("u{batch}-{i}"))).collect();
        import.add(&events).await.unwrap();
    }
    assert_eq!(count(&db, table).await, 0);
    import.commit().await.unwrap();
    assert_eq!(count(&db, table).await, 300);
}

#[tokio::test]
async fn without_a_commit_nothing_is_stored() {
    let (db, table) = with_app().await;
    let mut import = db.storage.events().import(table).await.unwrap();
    import.add(&[event("view", "u1")]).await.unwrap();
    assert!(matches!(import.add(&[event("\0", "u1")]).await, Err(StorageError::Invalid { .. })));
    drop(import);
    assert_eq!(count(&db, table).await, 0);
}

#[tokio::test]
async fn what_is_replaced_is_seen_until_the_commit() {
    let (db, table) = with_app().await;
    let old = [with_id("x", event("view", "old")), event("view", "old")];
    db.storage.events().insert(table, &old).await.unwrap();
    let mut cut_off = db.storage.events().import(table).await.unwrap();
    cut_off.clear().await.unwrap();
    drop(cut_off);
    let mut import = db.storage.events().import(table).await.unwrap();
    import.clear().await.unwrap();
    let outcome = import.add(&[with_id("x", event("buy", "new"))]).await.unwrap().remove(0).outcome;
    assert_eq!(outcome, Outcome::Stored, "an id of a replaced event is free again");
    assert_eq!(count(&db, table).await, 2);
    db.storage.events().insert(table, &[event("view", "meanwhile")]).await.unwrap();
    import.commit().await.unwrap();
    let there = db.storage.events().find(table, &Filter::default()).await.unwrap();
    let mut names: Vec<_> = there.iter().map(|event| event.entity_id.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["meanwhile", "new"], "what others store meanwhile stays");
}

#[tokio::test]
async fn events_that_are_there_already_are_told_apart() {
    let (db, table) = with_app().await;
    db.storage.events().insert(table, &[with_id("x", event("view", "u1"))]).await.unwrap();
    let mut import = db.storage.events().import(table).await.unwrap();
    let again = [
        with_id("x", event("view", "u1")),
        with_id("x", event("buy", "u1")),
        with_id("y", event("buy", "u1")),
    ];
    let outcomes: Vec<_> = import.add(&again).await.unwrap().into_iter().map(|i| i.outcome).collect();
    assert_eq!(outcomes, [Outcome::Repeated, Outcome::Conflict, Outcome::Stored]);
    import.commit().await.unwrap();
    assert_eq!(count(&db, table).await, 2);
}

#[tokio::test]
async fn imports_that_depend_on_what_is_there_wait_for_one_another() {
    let (db, table) = with_app().await;
    let mut first = db.storage.events().import_alone(table).await.unwrap();
    assert!(first.is_empty().await.unwrap());
    first.add(&[event("view", "first")]).await.unwrap();
    let storage = db.storage.clone();
    let second = tokio::spawn(async move {
        let mut second = storage.events().import_alone(table).await.unwrap();
        let was_empty = second.is_empty().await.unwrap();
        second.clear().await.unwrap();
        second.add(&[event("view", "second")]).await.unwrap();
        second.commit().await.unwrap();
        was_empty
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!second.is_finished(), "the first one is not done");
    first.commit().await.unwrap();
    assert!(!second.await.unwrap(), "the second one sees what the first one stored");
    assert_eq!(count(&db, table).await, 1);
}
