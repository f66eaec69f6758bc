//! The schema: made, adopted, never damaged.

use pio_settings::database::DatabaseSettings;
use pio_storage::{
    Storage,
    errors::{StorageError, UnavailableCause},
    events::{filter::Filter, table::EventTable},
    test_support::{database, empty_database, run_sql},
};

use crate::sample::{app, event};

/// The tables as PIO 0.14 makes them, dumped from a running one.
const PIO: &str = include_str!("../data/pio-0.14.sql");

const ROWS: &str = "
    INSERT INTO pio_meta_apps (name, description) VALUES ('Old', NULL), ('Two', 'second');
    INSERT INTO pio_meta_accesskeys VALUES ('key', 1, 'rate,buy');
    INSERT INTO pio_meta_channels (name, appid) VALUES ('ch1', 1);
    INSERT INTO pio_event_1 VALUES ('e1', 'view', 'user', 'u1', NULL, NULL, '{\"a\":1}', '2015-01-01 00:00:00', 'UTC', NULL,
        NULL, '2015-01-01 00:00:00', 'UTC');";

/// Asserts within the database that its columns are those of another one.
async fn columns(settings: &DatabaseSettings) -> String {
    run_sql(settings, "DROP TABLE IF EXISTS seen; CREATE TABLE seen (line text)").await;
    let collect = "INSERT INTO seen SELECT string_agg(concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), \
        attnotnull, pg_get_expr(adbin, adrelid)), E'\\n' ORDER BY relname, attnum) FROM pg_class \
        JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum \
        WHERE relkind = 'r' AND relname LIKE 'pio\\_%' AND relname NOT IN ('pio_schema', 'pio_model_chunks', 'pio_meta_permissions')";
    run_sql(settings, collect).await;
    let (client, connection) = connect(settings).await;
    tokio::spawn(connection);
    client.query_one("SELECT line FROM seen", &[]).await.unwrap().get(0)
}

async fn connect(
    settings: &DatabaseSettings,
) -> (tokio_postgres::Client, impl Future<Output = Result<(), tokio_postgres::Error>> + use<>) {
    let mut config = tokio_postgres::Config::new();
    config.host(&settings.host).port(settings.port).user(&settings.user).dbname(&settings.name);
    config.password(settings.password.expose()).connect(tokio_postgres::NoTls).await.unwrap()
}

#[tokio::test]
async fn a_new_schema_has_the_columns_of_pio() {
    let old = empty_database().await;
    run_sql(&old, PIO).await;
    let new = database().await;
    for name in ["a", "b"] {
        new.storage.apps().create(&app(name)).await.unwrap();
    }
    new.storage.channels().create(1, "ch1").await.unwrap();
    assert_eq!(columns(&new.settings).await, columns(&old).await);
}

#[tokio::test]
async fn a_database_of_pio_is_adopted_with_all_that_is_in_it() {
    let settings = empty_database().await;
    run_sql(&settings, PIO).await;
    run_sql(&settings, ROWS).await;
    let before = columns(&settings).await;
    let storage = Storage::connect(&settings).await.unwrap();
    assert_eq!(columns(&settings).await, before, "nothing is changed");
    assert_eq!(storage.apps().list().await.unwrap().len(), 2);
    assert_eq!(storage.access_keys().get("key").await.unwrap().unwrap().events, ["rate", "buy"]);
    assert_eq!(storage.channels().list_of(1).await.unwrap()[0].name, "ch1");
    let table = EventTable::of_app(1);
    storage.events().insert(table, &[event("view", "u2")]).await.unwrap();
    assert_eq!(storage.events().find(table, &Filter::default()).await.unwrap()[0].id, "e1");
    assert_eq!(storage.apps().create(&app("New")).await.unwrap().0.id, 3);
}

#[tokio::test]
async fn a_database_that_lacks_tables_and_columns_is_completed() {
    let settings = empty_database().await;
    run_sql(&settings, PIO).await;
    run_sql(&settings, ROWS).await;
    let older = "
        DROP TABLE pio_meta_evaluationinstances, pio_model_models, pio_meta_channels;
        ALTER TABLE pio_meta_apps DROP COLUMN description;
        ALTER TABLE pio_meta_engineinstances DROP COLUMN sparkconf, DROP COLUMN batch;
        ALTER TABLE pio_event_1 DROP COLUMN prid, DROP COLUMN tags, DROP COLUMN creationtime, DROP COLUMN creationtimezone;
        INSERT INTO pio_meta_engineinstances (id, status, engineid, engineversion, enginevariant, enginefactory, env,
            datasourceparams, preparatorparams, algorithmsparams, servingparams)
            VALUES ('i1', 'COMPLETED', 'e', 'v', 'default', 'f', '', '', '', '', '')";
    run_sql(&settings, older).await;
    let storage = Storage::connect(&settings).await.unwrap();
    let table = EventTable::of_app(1);
    assert_eq!(storage.events().get(table, "e1").await.unwrap().unwrap().pr_id, None);
    storage.events().insert(table, &[event("view", "u2")]).await.unwrap();
    assert_eq!(storage.engine_instances().get("i1").await.unwrap().unwrap().batch, "");
    assert_eq!(storage.apps().find("Old").await.unwrap().unwrap().description, None);
    storage.channels().create(1, "new").await.unwrap();
}

#[tokio::test]
async fn many_processes_may_start_at_once() {
    let settings = empty_database().await;
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let settings = settings.clone();
            tokio::spawn(async move { Storage::connect(&settings).await.map(drop) })
        })
        .collect();
    for start in starts {
        start.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_schema_that_is_up_to_date_is_only_looked_at() {
    let db = database().await;
    run_sql(
        &db.settings,
        &format!("ALTER DATABASE {} SET default_transaction_read_only = on", db.settings.name),
    )
    .await;
    let storage = Storage::connect(&db.settings).await.expect("nothing is written");
    assert!(storage.apps().list().await.unwrap().is_empty());
    assert!(storage.ping().await.unwrap().read_only);
    let error = storage.apps().create(&app("App")).await.unwrap_err();
    assert!(matches!(error, StorageError::Unavailable { reason: UnavailableCause::ReadOnly, .. }), "{error}");
}

#[tokio::test]
async fn a_newer_schema_serves_as_well() {
    let db = database().await;
    run_sql(&db.settings, "INSERT INTO pio_schema (version) VALUES (99)").await;
    Storage::connect(&db.settings).await.unwrap().apps().create(&app("App")).await.unwrap();
}

#[tokio::test]
async fn a_role_that_may_not_make_tables_is_told_so() {
    let settings = empty_database().await;
    let role = format!("poor_{}", settings.name);
    run_sql(&settings, &format!("CREATE ROLE {role} LOGIN PASSWORD 'x'")).await;
    let poor = DatabaseSettings { user: role, password: pio_settings::secret::Secret::new("x"), ..settings };
    let Err(error) = Storage::connect(&poor).await else { panic!("the role could make tables") };
    assert!(matches!(error, StorageError::Forbidden { .. }), "{error}");
}
