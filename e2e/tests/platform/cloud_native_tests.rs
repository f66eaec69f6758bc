//! The Cloud Native Buildpack.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::cloud_native::App;
use crate::{apps, database};

const READY: Duration = Duration::from_mins(2);

#[test]
fn an_engine_is_built_released_and_queried() {
    let mut app = App::new();
    apps::engine("recommendation", "demo", &app.workspace);
    apps::ratings(&app.workspace.join("data/initial-events.json"));
    apps::write(&app.workspace.join("config/pio-env.sh"), "export PIO_EVENTSERVER_APP_NAME=demo\n");
    app.set("DATABASE_URL", &database::fresh());
    assert!(app.detect());
    app.build().ok();
    let names: Vec<String> = app.processes().into_keys().collect();
    assert_eq!(names, ["release", "train", "web"]);
    let bill = fs_err::read(app.layers().join("launch.sbom.cdx.json")).expect("a bill of materials");
    let bill: serde_json::Value = serde_json::from_slice(&bill).expect("JSON");
    assert!(bill["components"].as_array().is_some_and(|parts| parts.len() > 100), "{bill}");

    app.run("release").ok();
    assert!(app.run_instead(&["pio", "app", "list"]).ok().contains("demo"));
    app.run_instead(&["frobnicate"]).refused(&["\"frobnicate\" is neither a process type nor a program"]);
    let web = app.web();
    web.wait_until_ready("/readyz", READY).expect("a deployed engine");
    let answer = web.query(&json!({"user": "1", "num": 4})).expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(web.stop().expect("an end").success());
}

#[test]
fn layers_are_the_same_wherever_they_are_made_and_from_the_cache() {
    let [one, other] = [(), ()].map(|()| {
        let app = App::new();
        apps::engine("recommendation", "demo", &app.workspace);
        app.build().ok();
        app
    });
    let made = [&one, &other].map(image);
    assert_eq!(made[0], made[1]);

    other.restore();
    fs_err::remove_dir_all(other.workspace.join("target")).expect("only the source, as it is pushed again");
    let log = other.build().ok();
    assert!(log.contains("PredictionIO is in the image already"), "{log}");
    assert!(!log.contains("ompiling"), "{log}");
    assert_eq!(image(&other), made[0]);
}

#[test]
fn other_peoples_apps_are_left_alone() {
    let app = App::new();
    apps::write(&app.workspace.join("package.json"), "{}");
    assert!(!app.detect());
    apps::write(&app.workspace.join("Procfile"), "web: pio eventserver --port $PORT\n");
    assert!(app.detect());
}

#[test]
fn a_broken_engine_json_fails_the_build() {
    let app = App::new();
    apps::engine("recommendation", "demo", &app.workspace);
    apps::write(&app.workspace.join("engine.json"), "{");
    app.build().refused(&["engine.json cannot be used."]);
}

/// What of an app becomes an image: the layer that is launched, and the app's own folder.
fn image(app: &App) -> [BTreeMap<String, (u32, u64)>; 2] {
    [files(&app.layers().join("predictionio")), files(&app.workspace)]
}

/// The files below a folder with their modes and digests.
fn files(folder: &Path) -> BTreeMap<String, (u32, u64)> {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.expect("an entry");
        if entry.file_type().is_file() {
            let mut hasher = DefaultHasher::new();
            fs_err::read(entry.path()).expect("a file").hash(&mut hasher);
            let name = entry.path().strip_prefix(folder).expect("within").display().to_string();
            let mode = entry.metadata().expect("metadata").permissions().mode();
            files.insert(name, (mode, hasher.finish()));
        }
    }
    files
}
