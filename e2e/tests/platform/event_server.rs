//! Event servers: an app of their own, deployed from this repository or from any that has no engine.

use std::time::Duration;

use serde_json::json;

use crate::classic::App;
use crate::jail::Place;
use crate::{apps, database};

const READY: Duration = Duration::from_secs(30);

fn collects_events(app: &App) {
    let created = app
        .run("pio app new shop --access-key shopkey -- --driver-class-path $HOME/lib/postgresql_jdbc.jar")
        .ok();
    assert!(created.contains("shopkey"), "{created}");
    let web = app.web();
    web.wait_until_ready("/", READY).expect("an event server");
    let event = json!({"event": "buy", "entityType": "user", "entityId": "u1"});
    let answer =
        e2e::http::post(&format!("{}/events.json?accessKey=shopkey", web.url), &event).expect("an answer");
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(web.stop().expect("an end").success());
}

#[test]
fn this_repository_is_an_event_server() {
    let mut app = App::new();
    for file in ["app.json", "Procfile", "README.md", "Cargo.toml"] {
        fs_err::copy(apps::root().join(file), app.source.join(file)).expect("a copy");
    }
    app.set("DATABASE_URL", &database::fresh());
    let log = app.push(Place::Offline).ended.ok();
    assert!(log.contains("kind: event server") && log.contains("the app's own Procfile"), "{log}");
    assert!(app.release_yaml().contains("web: pio-launcher eventserver"));
    collects_events(&app);
}

#[test]
fn an_empty_app_is_an_event_server() {
    let mut app = App::new();
    apps::write(&app.source.join("README.md"), "Nothing here.\n");
    app.set("DATABASE_URL", &database::fresh());
    app.push(Place::Offline).ended.ok();
    collects_events(&app);
}

#[test]
fn an_engine_is_an_event_server_where_a_config_var_says_so() {
    let mut app = App::recommendation();
    app.set("PIO_RUN_AS_EVENTSERVER", "true");
    app.set("DATABASE_URL", &database::fresh());
    app.push(Place::Offline).ended.ok();
    assert!(app.release().ok().contains("nothing to train"));
    collects_events(&app);
}
