//! Tables under the names that PIO's configuration gives them.

use pio_settings::database::{DatabaseSettings, tables::TableNames};
use pio_storage::{
    Storage,
    errors::StorageError,
    events::{filter::Filter, table::EventTable},
    test_support::{database, empty_database, run_sql},
};

use crate::sample::{app, event, with_id};

fn named(settings: &DatabaseSettings, [metadata, eventdata, modeldata]: [&str; 3]) -> DatabaseSettings {
    let [metadata, eventdata, modeldata] = [metadata, eventdata, modeldata].map(str::to_owned);
    DatabaseSettings { tables: TableNames { metadata, eventdata, modeldata }, ..settings.clone() }
}

#[tokio::test]
async fn every_statement_uses_the_names_in_force() {
    let settings = named(&empty_database().await, ["shop_meta", "shop_events", "shop"]);
    let storage = Storage::connect(&settings).await.unwrap();
    let (app, key) = storage.apps().create(&app("App")).await.unwrap();
    let table = EventTable::of_app(app.id);
    storage.events().insert(table, &[with_id("id", event("rate", "u"))]).await.unwrap();
    storage.events().insert(table, &vec![event("view", "u"); 200]).await.unwrap();
    assert_eq!(storage.events().find(table, &Filter::default()).await.unwrap().len(), 201);
    assert!(storage.events().delete(table, "id").await.unwrap());
    let channel = storage.channels().create(app.id, "ch").await.unwrap();
    assert_eq!(storage.access_keys().get(&key.key).await.unwrap(), Some(key));
    assert!(!storage.models().exists("x").await.unwrap());
    assert!(storage.engine_instances().list().await.unwrap().is_empty());
    assert!(storage.evaluation_instances().list_completed().await.unwrap().is_empty());
    run_sql(&settings, "DROP INDEX shop_events_1_entity").await;
    assert_eq!(storage.events().create_missing_indexes().await.unwrap(), ["shop_events_1_entity"]);
    let sql = "DO $$ BEGIN \
        ASSERT (SELECT count(*) FROM shop_events_1) = 200; \
        ASSERT to_regclass('shop_events_1_1') IS NOT NULL AND to_regclass('shop_models') IS NOT NULL; \
        ASSERT NOT EXISTS (SELECT 1 FROM pg_class WHERE relname ~ '^pio_(meta|event|model)'), 'a default name'; END $$";
    run_sql(&settings, sql).await;
    storage.channels().delete(&channel).await.unwrap();
    storage
        .events()
        .find(EventTable::of_channel(1, 1), &Filter::default())
        .await
        .map(drop)
        .map_err(|error| {
            assert!(
                matches!(&error, StorageError::NoEventTable { table } if table == "shop_events_1_1"),
                "{error}"
            );
        })
        .unwrap_err();
    assert!(storage.apps().delete(app.id).await.unwrap());
    run_sql(&settings, "DO $$ BEGIN ASSERT to_regclass('shop_events_1') IS NULL; END $$").await;
}

#[tokio::test]
async fn names_in_one_database_are_apart() {
    let db = database().await;
    db.storage.apps().create(&app("Usual")).await.unwrap();
    let other = named(&db.settings, ["pio", "pio", "pio"]);
    let storage = Storage::connect(&other).await.unwrap();
    assert!(storage.apps().list().await.unwrap().is_empty());
    let (made, _) = storage.apps().create(&app("Other")).await.unwrap();
    storage.events().insert(EventTable::of_app(made.id), &[event("rate", "u")]).await.unwrap();
    assert_eq!(db.storage.events().find(EventTable::of_app(1), &Filter::default()).await.unwrap(), []);
    // Models under another name are made where the rest is there already.
    let third = named(&db.settings, ["pio", "pio", "models"]);
    Storage::connect(&third).await.unwrap();
    run_sql(&third, "DO $$ BEGIN ASSERT to_regclass('models_models') IS NOT NULL; END $$").await;
}

#[tokio::test]
async fn tables_that_pio_made_with_capitals_are_found() {
    let settings = empty_database().await;
    run_sql(
        &settings,
        "CREATE TABLE MyMeta_apps (id serial PRIMARY KEY, name text NOT NULL, description text); \
         INSERT INTO MyMeta_apps (name) VALUES ('Old')",
    )
    .await;
    let storage = Storage::connect(&named(&settings, ["mymeta", "pio_event", "pio_model"])).await.unwrap();
    assert_eq!(storage.apps().list().await.unwrap()[0].name, "Old");
}
