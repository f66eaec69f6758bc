//! A database that PIO wrote, taken over in place.

use e2e::database::{sql, with_name};
use e2e::http;
use serde_json::{Value, json};

use crate::support::{READY, all_ratings, database_url, items, pio, recommendation, unique};

/// The tables as a running PIO 0.14 made them.
const TABLES: &str = include_str!("../../../crates/pio-storage/tests/data/pio-0.14.sql");

/// Rows as PIO's console and its training wrote them: an app with keys and a channel, a training that ended and one that did not.
const ROWS: &str = "
    INSERT INTO pio_meta_apps (name, description) VALUES ('Shop', NULL), ('Other', 'a second app');
    INSERT INTO pio_meta_accesskeys VALUES ('oldkey', 1, ''), ('oldratekey', 1, 'rate'), ('otherkey', 2, '');
    INSERT INTO pio_meta_channels (name, appid) VALUES ('mobile', 1);
    INSERT INTO pio_event_1_1 VALUES ('c1', 'view', 'user', 'u1', NULL, NULL, '{}', '2015-01-01 00:00:00', 'UTC', NULL, NULL,
        '2015-01-01 00:00:00', 'UTC');
    INSERT INTO pio_meta_engineinstances VALUES
        ('AVold', 'COMPLETED', '2016-03-01 10:00:00', '2016-03-01 10:01:00', 'shop', '1', 'Shop',
         'org.template.recommendation.RecommendationEngine', '', 'PIO_ENV_LOADED=1', 'spark.app.name=x', '{}', '{}', '[]', '{}'),
        ('AVbroken', 'INIT', '2016-03-02 10:00:00', '2016-03-02 10:00:00', 'shop', '1', 'Shop',
         'org.template.recommendation.RecommendationEngine', '', '', '', '{}', '{}', '[]', '{}');
    INSERT INTO pio_model_models VALUES ('AVold', '\\xaced0005');";

/// What the tables of PIO 0.9.5 lack.
const OLDER: &str = "
    DROP TABLE pio_meta_evaluationinstances;
    ALTER TABLE pio_meta_engineinstances DROP COLUMN sparkconf, DROP COLUMN batch;";

#[test]
fn a_database_of_pio_0_14_goes_on_with_its_apps_keys_and_events() {
    adopt("Adopted", "");
}

#[test]
fn a_database_of_pio_0_9_5_goes_on_as_well() {
    adopt("Older", OLDER);
}

fn adopt(name: &str, changes: &str) {
    let url = database_of_pio(name, changes);
    let pio = pio().with("DATABASE_URL", &url);
    let apps = pio.run(&["app", "list", "--json"]).expect("a list").json().expect("JSON");
    let names: Vec<&str> =
        apps.as_array().expect("apps").iter().filter_map(|app| app["name"].as_str()).collect();
    assert_eq!(names, ["Other", "Shop"], "{apps}");
    let status = pio.run_in(&std::env::temp_dir(), &["status"]).expect("a status");
    assert!(
        format!("{}{}", status.stdout, status.stderr).contains("AVbroken"),
        "{}{}",
        status.stdout,
        status.stderr
    );

    let server = pio.event_server().expect("an event server");
    let old = http::get(&format!("{}/events/r7.json?accessKey=oldkey", server.url)).expect("an answer");
    assert_eq!((old.status, &old.body["event"]), (200, &json!("rate")), "{}", old.body);
    assert_eq!(old.body["eventTime"], "2015-01-01T00:00:00.000Z", "{}", old.body);
    let channel = format!("{}/events.json?accessKey=oldkey&channel=mobile", server.url);
    assert_eq!(http::get(&channel).expect("an answer").body[0]["entityId"], "u1");
    let new = json!({ "event": "buy", "entityType": "user", "entityId": "1" });
    let forbidden = http::post(&format!("{}/events.json?accessKey=oldratekey", server.url), &new);
    assert_eq!(forbidden.expect("an answer").status, 403, "a key's list of events still counts");
    let stored =
        http::post(&format!("{}/events.json?accessKey=oldkey", server.url), &new).expect("an answer");
    assert_eq!(stored.status, 201, "{}", stored.body);
    server.stop().expect("an end of the event server");
    train_again(&pio);
}

/// A model that PIO wrote cannot be loaded; the console says what to do, and doing it works.
fn train_again(pio: &e2e::pio::Pio) {
    let engine = recommendation("Shop");
    engine.edit("engine.json", |variant| variant["id"] = Value::from("shop")).expect("an engine.json");
    let trained =
        pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
    assert!(trained.code == Some(0));
    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    assert_eq!(items(&server, "1").len(), 4);
}

/// A database of its own on the shared server, as PIO would have left it.
fn database_of_pio(name: &str, changes: &str) -> String {
    let shared = database_url();
    let name = unique(name).to_lowercase();
    sql(&shared, &format!("CREATE DATABASE {name}")).expect("a new database");
    let url = with_name(&shared, &name);
    sql(&url, TABLES).expect("PIO's tables");
    sql(&url, ROWS).expect("PIO's rows");
    sql(&url, &ratings()).expect("PIO's events");
    sql(&url, changes).expect("an older schema");
    url
}

/// The demo's ratings as rows that PIO's event server wrote.
fn ratings() -> String {
    let row = |(number, event): (usize, &Value)| {
        let (user, item) = (event["entityId"].as_str(), event["targetEntityId"].as_str());
        let (user, item) = (user.expect("a user"), item.expect("an item"));
        let properties = event["properties"].to_string();
        format!(
            "('r{number}', 'rate', 'user', '{user}', 'item', '{item}', '{properties}', '2015-01-01 00:00:00', 'UTC', NULL, NULL, \
             '2015-01-01 00:00:00', 'UTC')"
        )
    };
    let rows: Vec<String> = all_ratings().iter().enumerate().map(row).collect();
    format!("INSERT INTO pio_event_1 VALUES {}", rows.join(", "))
}
