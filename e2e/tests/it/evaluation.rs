//! The workflow of the original README: evaluate, take best.json, train and deploy with it.

use fs_err as fs;
use serde_json::{Value, json};

use crate::support::{READY, classification, pio, unique};

#[test]
fn the_classification_engine_is_evaluated_trained_and_deployed_with_its_best_parameters() {
    let pio = pio();
    let app = unique("Classified");
    let key = pio.new_app(&app).expect("a new app");
    assert!(!key.is_empty());
    let engine = classification(&app);
    let file = engine.file("events.jsonl");
    fs::write(&file, users()).expect("a file of events");
    let id = app_id(&pio, &app);
    pio.run(&["import", "--appid", &id, "--input", &file.to_string_lossy()]).expect("imported events");

    let evaluated = pio.with("PIO_EVENTSERVER_APP_NAME", &app);
    let arguments = [
        "eval",
        "org.template.classification.AccuracyEvaluation",
        "org.template.classification.EngineParamsList",
        "--",
        "--driver-class-path",
        "/app/lib/postgresql_jdbc.jar",
    ];
    evaluated.run_in(engine.path(), &arguments).expect("an evaluation").success().expect("a good evaluation");
    let best: Value = serde_json::from_str(&fs::read_to_string(engine.file("best.json")).expect("best.json"))
        .expect("JSON");
    assert!(best["algorithms"].is_array(), "{best}");

    let train = ["train", "--variant", "best.json"];
    evaluated.run_in(engine.path(), &train).expect("a train").success().expect("a trained engine");
    let server = evaluated.deploy(engine.path(), &["--variant", "best.json"]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    for (attributes, plan) in [([4, 0, 0], 0.0), ([0, 4, 0], 1.0), ([0, 0, 4], 2.0)] {
        let [attr0, attr1, attr2] = attributes;
        let query = json!({ "attr0": attr0, "attr1": attr1, "attr2": attr2 });
        let answer = server.query(&query).expect("an answer");
        assert_eq!((answer.status, answer.body["label"].as_f64()), (200, Some(plan)), "{}", answer.body);
    }
}

/// Ninety users of three kinds, each kind strong in one attribute.
fn users() -> String {
    let user = |number: usize| {
        let plan = number % 3;
        let strength = |attribute| if attribute == plan { 3 + number % 5 } else { number % 2 };
        json!({
            "event": "$set", "entityType": "user", "entityId": format!("u{number}"),
            "properties": { "attr0": strength(0), "attr1": strength(1), "attr2": strength(2), "plan": plan },
        })
    };
    (0..90).map(|number| user(number).to_string()).collect::<Vec<_>>().join("\n")
}

fn app_id(pio: &e2e::pio::Pio, app: &str) -> String {
    let shown = pio.run(&["app", "show", app, "--json"]).expect("an app").json().expect("JSON");
    shown["id"].to_string()
}
