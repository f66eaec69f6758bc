//! Apps with their keys and channels.

use pio_storage::{
    access_keys::NewAccessKey,
    apps::NewApp,
    errors::StorageError,
    events::{NewEvent, filter::Filter, table::EventTable},
    test_support::{database, run_sql},
};

fn named(name: &str) -> NewApp {
    NewApp { name: name.to_owned(), ..NewApp::default() }
}

fn rating() -> NewEvent {
    NewEvent {
        event: "rate".to_owned(),
        entity_type: "user".to_owned(),
        entity_id: "u1".to_owned(),
        ..NewEvent::default()
    }
}

#[tokio::test]
async fn an_app_comes_with_a_key_and_a_place_for_events() {
    let db = database().await;
    let (app, key) = db.storage.apps().create(&named("MyApp")).await.unwrap();
    assert_eq!((app.id, key.app_id, key.key.len()), (1, 1, 64));
    assert!(key.events.is_empty());
    assert_eq!(db.storage.access_keys().get(&key.key).await.unwrap(), Some(key));
    assert_eq!(db.storage.apps().find("MyApp").await.unwrap(), Some(app));
    let table = EventTable::of_app(1);
    db.storage.events().insert(table, &[rating()]).await.unwrap();
    assert_eq!(db.storage.events().find(table, &Filter::default()).await.unwrap().len(), 1);
}
