//! Whole journeys of engines: compile, release, web, query.

use std::time::Duration;

use serde_json::json;

use crate::classic::App;
use crate::jail::Place;
use crate::{apps, database};

const READY: Duration = Duration::from_mins(2);

/// The slug of the recommendation engine may be this large, in bytes.
const BUDGET: u64 = 200_000_000;

#[test]
fn the_recommendation_engine_goes_from_push_to_predictions() {
    let mut app = App::new();
    apps::engine("recommendation", "demo", &app.source);
    apps::ratings(&app.source.join("data/initial-events.json"));
    app.set("DATABASE_URL", &database::fresh());
    app.set("PIO_EVENTSERVER_APP_NAME", "demo");
    app.set("PIO_EVENTSERVER_ACCESS_KEY", "geheim-geheim");

    let first = app.push(Place::Offline);
    let log = first.ended.ok();
    for line in [
        "-----> PredictionIO 0.16.0 for an app of the kind: engine",
        "-----> Building the engine",
        "       Process types: web, train, release",
    ] {
        assert!(log.contains(line), "{line:?} is missing in:\n{log}");
    }
    for promised in
        ["pio-engine/engine.json", "lib/postgresql_jdbc.jar", ".profile.d", "Procfile", ".pio/bin/pio"]
    {
        assert!(app.home().join(promised).exists(), "{promised}");
    }
    let size = app.slug_size();
    report(&format!("slug of the recommendation engine: {} KiB", size / 1024));
    assert!(size <= BUDGET, "{size} bytes");

    let again = app.push(Place::Offline);
    let (first, second) = (first.elapsed.as_secs_f64(), again.elapsed.as_secs_f64());
    report(&format!("compile: {first:.1} s, unchanged {second:.1} s, {:.3} of it", second / first));
    again.ended.ok();
    assert!(second <= first * 0.1, "unchanged, it took {second:.1} s after {first:.1} s");

    let log = app.release().ok();
    for line in [
        r#""message":"Creating the app demo""#,
        r#""message":"Importing data/initial-events.json""#,
        r#""message":"Training: pio train"#,
    ] {
        assert!(log.contains(line), "{line:?} is missing in:\n{log}");
    }
    let web = app.web();
    web.wait_until_ready("/readyz", READY).expect("a deployed engine");
    let answer = web.query(&json!({"user": "1", "num": 4})).expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["itemScores"].as_array().map(Vec::len), Some(4), "{}", answer.body);
    let log = format!("{log}{}", web.log());
    assert!(web.stop().expect("an end").success());
    for secret in database::secret().into_iter().chain(["geheim-geheim"]) {
        assert!(!log.contains(secret), "a secret is in the log:\n{log}");
    }
}

#[test]
fn evaluation_finds_parameters_that_are_deployed_by_an_option() {
    let mut app = App::new();
    apps::engine("classification", "plans", &app.source);
    app.set("DATABASE_URL", &database::fresh());
    app.set("PIO_EVENTSERVER_APP_NAME", "plans");
    apps::program(&app.source.join("data/create-initial-events"), &create_events());
    app.push(Place::Offline).ended.ok();
    app.release().ok();

    let driver = "-- --driver-class-path $HOME/lib/postgresql_jdbc.jar";
    let classes =
        "org.template.classification.AccuracyEvaluation org.template.classification.EngineParamsList";
    app.run(&format!("cd pio-engine/ && pio eval {classes} {driver}")).ok();
    let best = fs_err::read(app.home().join("pio-engine/best.json")).expect("best.json");
    fs_err::write(app.source.join("best.json"), best).expect("best.json, committed");

    app.set("PIO_OPTS", "--variant best.json");
    app.push(Place::Offline).ended.ok();
    let log = app.release().ok();
    assert!(log.contains("pio train --variant best.json"), "{log}");
    let web = app.web();
    web.wait_until_ready("/readyz", READY).expect("a deployed engine");
    assert!(web.log().contains("--variant best.json"), "{}", web.log());
    let answer = web.query(&query()).expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body["label"].is_number(), "{}", answer.body);
    app.run(&format!("cd pio-engine && pio status {driver}")).ok();
    assert!(app.run(&format!("pio app list {driver}")).ok().contains("plans"));
    web.stop().expect("an end");
}

#[test]
fn the_sync_hook_runs_in_every_later_release() {
    let mut app = App::recommendation();
    apps::ratings(&app.source.join("data/initial-events.json"));
    let event = r#"{"event":"rate","entityType":"user","entityId":"9999","targetEntityType":"item","targetEntityId":"1","properties":{"rating":5}}"#;
    apps::program(
        &app.source.join("data/create-sync-events"),
        &format!("#!/bin/sh\necho '{event}' > data/sync-events.json\n"),
    );
    let url = database::fresh();
    app.set("DATABASE_URL", &url);
    app.set("PIO_EVENTSERVER_APP_NAME", "demo");
    app.push(Place::Offline).ended.ok();
    let count = |user: &str| {
        database::ask(&url, &format!("SELECT count(*) FROM pio_event_1 WHERE entityid = '{user}'"))
    };
    app.release().ok();
    assert_eq!(
        (count("9999"), database::ask(&url, "SELECT count(*) FROM pio_event_1")),
        ("0".to_owned(), "1501".to_owned())
    );
    app.release().ok();
    assert_eq!(count("9999"), "1");
    app.set("PIO_PURGE_EVENTS_ON_SYNC", "true");
    app.set("PIO_TRAIN_ON_RELEASE", "false");
    app.release().ok();
    assert_eq!(count("9999"), "1", "a release that does not train does not import");
}

/// Tells a number that is not judged here.
#[expect(clippy::print_stdout, reason = "a measurement is for whoever reads the test's output")]
fn report(line: &str) {
    println!("{line}");
}

/// A data hook in the manner of the later buildpack: it writes what the classification engine learns from.
fn create_events() -> String {
    let mut script =
        "#!/bin/bash\nset -e\nrm -f data/initial-events.json\nfor i in $(seq 1 60); do\n".to_owned();
    script.push_str(
        "  plan=$((i % 3)); a=$((plan == 0 ? 8 : 1)); b=$((plan == 1 ? 8 : 1)); c=$((plan == 2 ? 8 : 1))\n",
    );
    script.push_str("  echo '{\"event\":\"$set\",\"entityType\":\"user\",\"entityId\":\"u'$i'\",\"properties\":{\"plan\":'$plan',\"attr0\":'$a',\"attr1\":'$b',\"attr2\":'$c'}}' >> data/initial-events.json\n");
    script.push_str("done\n");
    script
}

fn query() -> serde_json::Value {
    json!({"attr0": 8, "attr1": 1, "attr2": 1})
}
