//! `PgBouncer` before the database.

use std::{collections::BTreeSet, time::Duration};

use pio_settings::{database::DatabaseSettings, secret::Secret};
use pio_storage::{
    Options, Storage,
    errors::StorageError,
    events::{Event, filter::Filter, table::EventTable},
    test_support::{TestDatabase, database, pooler::Pooler, run_sql},
};
use pio_test_support::skip;
use tokio::time::timeout;

use crate::sample::{app, event, with_id};

/// Each transaction gets another connection of the server than the one before.
const ROUND_ROBIN: &str = "server_round_robin = 1\ndefault_pool_size = 3";

const APP: i32 = 1;

fn pooler(db: &TestDatabase, mode: &str) -> Option<Pooler> {
    let pooler = Pooler::start(&db.settings, mode, ROUND_ROBIN);
    if pooler.is_none() {
        skip("PgBouncer is not installed.");
    }
    pooler
}

async fn all(storage: &Storage) -> Vec<Event> {
    storage.events().find(EventTable::of_app(APP), &Filter::default()).await.unwrap()
}

#[tokio::test]
async fn everything_works_in_transaction_mode() {
    let db = database().await;
    let Some(pooler) = pooler(&db, "transaction") else { return };
    // Nothing is there yet: the schema is made through the pooler.
    run_sql(&db.settings, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    let storage = Storage::connect(&pooler.settings).await.unwrap();
    assert!(storage.is_pooled());
    let (app, key) = storage.apps().create(&app("App")).await.unwrap();
    let table = EventTable::of_app(app.id);
    let events = storage.events();
    let (one, other) = (storage.clone(), Storage::connect(&pooler.settings).await.unwrap());
    let many = vec![event("view", "many"); 500];
    let writers = (0..20).map(|at| {
        let storage = if at % 2 == 0 { one.clone() } else { other.clone() };
        let many = &many;
        async move {
            storage.events().insert(table, &[event("rate", &format!("u{at}"))]).await.unwrap();
            storage.events().insert(table, many).await.unwrap();
            let ided = [with_id(&format!("id{at}"), event("buy", "u"))];
            storage.events().insert(table, &ided).await.unwrap();
            storage.events().get(table, &format!("id{at}")).await.unwrap().expect("the event")
        }
    });
    futures_util::future::join_all(writers).await;
    assert_eq!(all(&storage).await.len(), 20 * 502);
    let mut import = events.import(table).await.unwrap();
    import.add(&many).await.unwrap();
    import.add(&[event("last", "u")]).await.unwrap();
    import.commit().await.unwrap();
    let filter = Filter {
        event_names: Some(vec!["last".to_owned()]),
        entity_id: Some("u".to_owned()),
        target_entity_type: Some(None),
        limit: Some(5),
        ..Filter::default()
    };
    assert_eq!(events.find(table, &filter).await.unwrap().len(), 1);
    assert!(events.delete(table, "id7").await.unwrap());
    assert_eq!(storage.access_keys().get(&key.key).await.unwrap(), Some(key));
    let channel = storage.channels().create(app.id, "ch").await.unwrap();
    assert!(storage.channels().delete(&channel).await.unwrap());
    assert!(storage.engine_instances().latest_completed("a", None, "b").await.unwrap().is_none());
    assert!(!storage.models().exists("x").await.unwrap());
    assert!(!storage.ping().await.unwrap().read_only);
    assert!(storage.apps().delete(app.id).await.unwrap());
}

#[tokio::test]
async fn nothing_of_a_session_stays_with_the_pooler() {
    let db = database().await;
    let Some(pooler) = pooler(&db, "transaction") else { return };
    let storage = Storage::connect(&pooler.settings).await.unwrap();
    storage.apps().create(&app("App")).await.unwrap();
    run_sql(&db.settings, "DROP INDEX pio_event_1_entity, pio_event_1_time").await;
    let made = storage.events().create_missing_indexes().await.unwrap();
    assert_eq!(made, ["pio_event_1_entity", "pio_event_1_time"]);
    storage.events().insert(EventTable::of_app(APP), &[event("rate", "u")]).await.unwrap();
    drop(storage.metadata_changes());
    let sql = "DO $$ BEGIN \
        ASSERT NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = \
            (SELECT oid FROM pg_database WHERE datname = current_database())), 'a lock is held'; END $$";
    run_sql(&db.settings, sql).await;
    // Whatever connection of the server comes next has no prepared statement and the database's own settings.
    let sql = "DO $$ BEGIN \
        ASSERT NOT EXISTS (SELECT 1 FROM pg_prepared_statements), 'a statement is prepared'; \
        ASSERT NOT EXISTS (SELECT 1 FROM pg_listening_channels()), 'somebody listens'; \
        ASSERT current_setting('client_connection_check_interval') = '0', 'a setting stays'; END $$";
    for _ in 0..4 {
        run_sql(&pooler.settings, sql).await;
    }
}

#[tokio::test]
async fn a_commit_through_a_pooler_is_on_the_disk_whatever_the_default_is() {
    let db = database().await;
    run_sql(
        &db.settings,
        &format!(
            "ALTER DATABASE {} SET synchronous_commit = off; CREATE TABLE seen (what text)",
            db.settings.name
        ),
    )
    .await;
    db.storage.apps().create(&app("App")).await.unwrap();
    run_sql(
        &db.settings,
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         INSERT INTO seen VALUES (TG_OP || ' ' || current_setting('synchronous_commit')); RETURN NULL; END $$; \
         CREATE TRIGGER note AFTER INSERT OR DELETE ON pio_event_1 FOR EACH ROW EXECUTE FUNCTION note()",
    )
    .await;
    let Some(pooler) = pooler(&db, "transaction") else { return };
    let storage = Storage::connect(&pooler.settings).await.unwrap();
    let table = EventTable::of_app(APP);
    storage.events().insert(table, &[event("rate", "u")]).await.unwrap();
    storage.events().insert(table, &[with_id("id", event("rate", "u"))]).await.unwrap();
    let mut import = storage.events().import(table).await.unwrap();
    import.add(&[event("rate", "u")]).await.unwrap();
    import.commit().await.unwrap();
    assert!(storage.events().delete(table, "id").await.unwrap());
    let sql = "DO $$ BEGIN ASSERT (SELECT string_agg(what, ',') FROM seen) = \
               'INSERT on,INSERT on,INSERT on,DELETE on', (SELECT string_agg(what, ',') FROM seen); END $$";
    run_sql(&db.settings, sql).await;
}

#[tokio::test]
async fn changes_become_known_without_news() {
    let db = database().await;
    let Some(pooler) = pooler(&db, "transaction") else { return };
    let storage = Storage::connect(&pooler.settings).await.unwrap();
    let mut changes = storage.metadata_changes();
    let mut seen = BTreeSet::new();
    while seen.len() < 4 {
        timeout(Duration::from_secs(20), changes.changed()).await.expect("the next look").unwrap();
        seen.insert(*changes.borrow_and_update());
    }
}

#[tokio::test]
async fn session_mode_works_and_is_told_of() {
    let db = database().await;
    let Some(pooler) = pooler(&db, "session") else { return };
    let storage = Storage::connect(&pooler.settings).await.unwrap();
    storage.apps().create(&app("App")).await.unwrap();
    storage.events().insert(EventTable::of_app(APP), &vec![event("rate", "u"); 300]).await.unwrap();
    assert_eq!(all(&storage).await.len(), 300);
}

async fn refusal(settings: &DatabaseSettings) -> String {
    let options = Options { pool_size: 2, connect_timeout: Duration::from_secs(20), ..Options::default() };
    match Storage::connect_with(settings, options).await {
        Err(error @ StorageError::Unavailable { .. }) => error.to_string(),
        Err(error) => panic!("not unavailable: {error}"),
        Ok(_) => panic!("it was available"),
    }
}

#[tokio::test]
async fn a_poolers_errors_say_what_they_mean() {
    let db = database().await;
    let Some(right) = pooler(&db, "transaction") else { return };
    let with = |change: fn(&mut DatabaseSettings)| {
        let mut settings = right.settings.clone();
        change(&mut settings);
        settings
    };
    for (settings, what) in [
        (with(|s| s.password = Secret::new("wrong")), "a wrong password"),
        (with(|s| s.user = "nobody-knows".to_owned()), "an unknown user"),
        (with(|s| s.name = "unknown".to_owned()), "a database that the pooler does not know"),
        (with(|s| s.name = "absent".to_owned()), "a database that the server does not have"),
    ] {
        let words = refusal(&settings).await;
        assert!(words.contains("it rejected the connection"), "{what}: {words}");
        assert!(words.contains("Check user, password and database name"), "{what}: {words}");
    }
    let stale = Pooler::start_as(&db.settings, "stale", "transaction", "").unwrap();
    let settings = DatabaseSettings { password: Secret::new("stale"), ..stale.settings.clone() };
    let words = refusal(&settings).await;
    assert!(
        words.contains("it rejected the connection"),
        "a password that the server does not know: {words}"
    );
}

#[tokio::test]
async fn what_a_pooler_cannot_do_is_said_in_words() {
    let db = database().await;
    let Some(statement) = pooler(&db, "statement") else { return };
    let words = refusal(&statement.settings).await;
    assert!(words.contains("statement mode, which allows no transactions"), "{words}");
    assert!(words.contains("Set the pooler's pool_mode to transaction or session"), "{words}");
    let transaction = pooler(&db, "transaction").unwrap();
    let options = Some("-c search_path=shop".to_owned());
    let words = refusal(&DatabaseSettings { options: options.clone(), ..transaction.settings.clone() }).await;
    assert!(words.contains("the connection pooler refuses a setting of the connection"), "{words}");
    let lenient =
        Pooler::start(&db.settings, "transaction", "ignore_startup_parameters = options,extra_float_digits")
            .unwrap();
    let words = refusal(&DatabaseSettings { options, ..lenient.settings.clone() }).await;
    assert!(
        words.contains("the connection pooler refuses a setting of the connection (it drops search_path)"),
        "{words}"
    );
    let storage = Storage::connect(&lenient.settings).await.unwrap();
    assert!(storage.is_pooled(), "a pooler that drops the probe is one too");
}
