//! The workflow of the original README: evaluate, take best.json, train and deploy with it.

use fs_err as fs;
use serde_json::{Value, json};

use crate::support::{READY, classification_with_users, pio};

#[test]
fn the_classification_engine_is_evaluated_trained_and_deployed_with_its_best_parameters() {
    let pio = pio();
    let (engine, app) = classification_with_users(&pio, "Classified");
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
