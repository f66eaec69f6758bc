//! Apps and channels.

use pio_storage::{
    Storage,
    apps::NewApp,
    channels::is_valid_name,
    errors::StorageError,
    events::{filter::Filter, table::EventTable},
    test_support::{database, run_sql},
};

use crate::sample::{app, event};

async fn count(storage: &Storage, table: EventTable) -> usize {
    storage.events().find(table, &Filter::default()).await.unwrap().len()
}

#[tokio::test]
async fn an_app_comes_with_a_key_and_a_place_for_events() {
    let db = database().await;
    let (app, key) = db.storage.apps().create(&app("MyApp")).await.unwrap();
    assert_eq!((app.id, key.app_id, key.key.len()), (1, 1, 64));
    assert!(key.events.is_empty(), "all events are allowed");
    assert_eq!(db.storage.access_keys().get(&key.key).await.unwrap(), Some(key));
    assert_eq!(db.storage.apps().find("MyApp").await.unwrap(), Some(app.clone()));
    assert_eq!(db.storage.apps().get(1).await.unwrap(), Some(app));
    db.storage.events().insert(EventTable::of_app(1), &[event("view", "u1")]).await.unwrap();
    assert_eq!(count(&db.storage, EventTable::of_app(1)).await, 1);
}

#[tokio::test]
async fn names_and_ids_are_taken_once() {
    let db = database().await;
    db.storage.apps().create(&app("One")).await.unwrap();
    let error = db.storage.apps().create(&app("One")).await.unwrap_err();
    assert!(matches!(error, StorageError::AppNameTaken { .. }), "{error}");
    let error = db.storage.apps().create(&NewApp { id: Some(1), ..app("Two") }).await.unwrap_err();
    assert_eq!(
        error.to_string().split(". ").next(),
        Some("the app ID 1 exists already and belongs to the app One")
    );
    assert_eq!(db.storage.apps().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_failed_app_leaves_nothing_behind() {
    let db = database().await;
    let with_key = |name| NewApp { access_key: Some("mine".to_owned()), ..app(name) };
    db.storage.apps().create(&with_key("One")).await.unwrap();
    let error = db.storage.apps().create(&with_key("Two")).await.unwrap_err();
    assert!(matches!(error, StorageError::AccessKeyTaken), "{error}");
    assert_eq!(db.storage.apps().find("Two").await.unwrap(), None);
    let error = db.storage.events().find(EventTable::of_app(2), &Filter::default()).await.unwrap_err();
    assert!(matches!(error, StorageError::NoEventTable { .. }), "no orphan table: {error}");
}

#[tokio::test]
async fn a_given_id_does_not_collide_with_later_ones() {
    let db = database().await;
    let ids = [(Some(2), "a"), (None, "b"), (None, "c"), (Some(100), "d"), (None, "e")];
    let mut made = Vec::new();
    for (id, name) in ids {
        made.push(db.storage.apps().create(&NewApp { id, ..app(name) }).await.unwrap().0.id);
    }
    assert_eq!(made, [2, 1, 3, 100, 4]);
    assert!(db.storage.apps().create(&NewApp { id: Some(0), ..app("zero") }).await.is_err());
}

#[tokio::test]
async fn events_left_behind_belong_to_whoever_names_their_id() {
    let db = database().await;
    db.storage.apps().create(&NewApp { id: Some(1), ..app("first") }).await.unwrap();
    db.storage.events().insert(EventTable::of_app(1), &[event("view", "u1")]).await.unwrap();
    run_sql(&db.settings, "DELETE FROM pio_meta_apps").await;
    let (other, _) = db.storage.apps().create(&app("other")).await.unwrap();
    assert_ne!(other.id, 1, "a new app does not inherit a stranger's events");
    db.storage.apps().create(&NewApp { id: Some(1), ..app("again") }).await.unwrap();
    assert_eq!(count(&db.storage, EventTable::of_app(1)).await, 1);
}

#[tokio::test]
async fn many_at_once_make_an_app_once() {
    let db = database().await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let storage = db.storage.clone();
            tokio::spawn(async move { storage.apps().create(&app("Same")).await.is_ok() })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        made += u32::from(task.await.unwrap());
    }
    assert_eq!((made, db.storage.apps().list().await.unwrap().len()), (1, 1));
}

#[tokio::test]
async fn deleting_an_app_deletes_all_that_is_its_own() {
    let db = database().await;
    let (one, key) = db.storage.apps().create(&app("One")).await.unwrap();
    let (two, other_key) = db.storage.apps().create(&app("Two")).await.unwrap();
    let channel = db.storage.channels().create(one.id, "ch").await.unwrap();
    assert!(db.storage.apps().delete(one.id).await.unwrap());
    assert!(!db.storage.apps().delete(one.id).await.unwrap(), "it was there only once");
    assert_eq!(db.storage.access_keys().get(&key.key).await.unwrap(), None);
    assert!(db.storage.channels().list_of(one.id).await.unwrap().is_empty());
    for table in [EventTable::of_app(one.id), EventTable::of_channel(one.id, channel.id)] {
        assert!(db.storage.events().find(table, &Filter::default()).await.is_err(), "{table}");
    }
    assert_eq!(db.storage.access_keys().list().await.unwrap(), [other_key]);
    assert_eq!(count(&db.storage, EventTable::of_app(two.id)).await, 0);
}

#[tokio::test]
async fn clearing_deletes_the_events_of_one_table_only() {
    let db = database().await;
    let (app, _) = db.storage.apps().create(&app("App")).await.unwrap();
    let channel = db.storage.channels().create(app.id, "ch").await.unwrap();
    let (main, side) = (EventTable::of_app(app.id), EventTable::of_channel(app.id, channel.id));
    for table in [main, side] {
        db.storage.events().insert(table, &[event("view", "u1")]).await.unwrap();
    }
    db.storage.apps().clear_data(&[main]).await.unwrap();
    assert_eq!((count(&db.storage, main).await, count(&db.storage, side).await), (0, 1));
    run_sql(&db.settings, "DROP TABLE pio_event_1").await;
    db.storage.apps().clear_data(&[main]).await.unwrap();
    assert_eq!(count(&db.storage, main).await, 0, "a missing table is made");
    db.storage.events().insert(main, &[event("view", "u1")]).await.unwrap();
    run_sql(&db.settings, "DROP TABLE pio_event_1_1; CREATE VIEW pio_event_1_1 AS SELECT 1").await;
    assert!(db.storage.apps().clear_data(&[main, side]).await.is_err());
    assert_eq!(count(&db.storage, main).await, 1, "all are cleared or none");
}

#[tokio::test]
async fn channels_have_names_within_their_app() {
    let db = database().await;
    let (one, _) = db.storage.apps().create(&app("One")).await.unwrap();
    let (two, _) = db.storage.apps().create(&app("Two")).await.unwrap();
    let channel = db.storage.channels().create(one.id, "mobile").await.unwrap();
    db.storage.channels().create(two.id, "mobile").await.unwrap();
    let error = db.storage.channels().create(one.id, "mobile").await.unwrap_err();
    assert!(matches!(error, StorageError::ChannelTaken { .. }), "{error}");
    assert_eq!(db.storage.channels().find(one.id, "mobile").await.unwrap(), Some(channel.clone()));
    assert_eq!(db.storage.channels().find(one.id, "web").await.unwrap(), None);
    assert!(db.storage.channels().delete(&channel).await.unwrap());
    assert!(!db.storage.channels().delete(&channel).await.unwrap());
    assert!(matches!(db.storage.channels().create(99, "x").await, Err(StorageError::NoSuchApp { .. })));
    assert!(matches!(
        db.storage.channels().create(one.id, "a_b").await,
        Err(StorageError::ChannelName { .. })
    ));
}

#[test]
fn channel_names_are_short_and_plain() {
    for name in ["a", "A-9", "sixteencharlongg"] {
        assert!(is_valid_name(name), "{name}");
    }
    for name in ["", "seventeencharlong", "under_score", "bad!name", "é", "a b"] {
        assert!(!is_valid_name(name), "{name}");
    }
}

#[tokio::test]
async fn text_that_cannot_be_stored_is_refused_by_name() {
    let db = database().await;
    let error = db.storage.apps().create(&app("a\0b")).await.unwrap_err();
    assert!(matches!(error, StorageError::Invalid { field: "the app name", .. }), "{error}");
    assert!(matches!(db.storage.apps().create(&app("")).await, Err(StorageError::Invalid { .. })));
    assert!(db.storage.apps().find("a\0b").await.is_err());
}

#[tokio::test]
async fn an_app_that_has_got_events_is_not_deleted_as_an_empty_one() {
    let db = database().await;
    let (first, _) = db.storage.apps().create(&app("first")).await.unwrap();
    let (second, _) = db.storage.apps().create(&app("second")).await.unwrap();
    db.storage.events().insert(EventTable::of_app(first.id), &[event("view", "u")]).await.unwrap();
    assert!(!db.storage.apps().delete_if_empty(first.id).await.unwrap());
    assert!(db.storage.apps().delete_if_empty(second.id).await.unwrap());
    let left: Vec<_> = db.storage.apps().list().await.unwrap().into_iter().map(|app| app.name).collect();
    assert_eq!(left, ["first"]);
}
