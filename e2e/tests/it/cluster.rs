//! Jobs on a Spark standalone cluster: a master and workers as processes of their own.

use e2e::engine::Engine;
use e2e::pio::Pio;
use fs_err as fs;
use serde_json::{Value, json};

use crate::support::{
    READY, app_with_ratings, classification_with_users, items, pio, recommendation, shared_master, unique,
};

const LOCAL: &[&str] = &["--master", "local[2]"];

#[test]
fn engines_train_are_evaluated_and_predict_batches_on_a_standalone_master_and_its_workers() {
    let pio = pio();
    let (master, name) = (shared_master(), unique("spread"));
    let on_cluster = ["--master", &master.url, "--name", &name];
    let applications = || master.applications(&name).expect("the master's answer").len();

    let engine = recommendation(&app_with_ratings(&pio, "Cluster"));
    run(&pio, &engine, &["train"], &on_cluster);
    assert_eq!(applications(), 1, "the master did not run the train");
    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    assert_eq!(items(&server, "1").len(), 4);
    server.stop().expect("an end");

    let (engine, app) = classification_with_users(&pio, "Spread");
    let pio = pio.with("PIO_EVENTSERVER_APP_NAME", &app);
    assert_eq!(scores(&pio, &engine, &on_cluster), scores(&pio, &engine, LOCAL));
    assert_eq!(applications(), 2, "the master did not run the evaluation");

    let queries: Vec<Value> =
        (0..500).map(|n| json!({ "attr0": n % 7, "attr1": n % 5, "attr2": n % 3 })).collect();
    let lines: Vec<String> = queries.iter().map(ToString::to_string).collect();
    fs::write(engine.file("queries.jsonl"), lines.join("\n")).expect("queries");
    run(&pio, &engine, &["train"], &on_cluster);
    let predictions = predicted(&pio, &engine, &on_cluster);
    let asked: Vec<&Value> = predictions.iter().map(|line| &line["query"]).collect();
    assert_eq!(asked.len(), queries.len());
    assert!(
        asked.iter().zip(&queries).all(|(asked, query)| asked["attr0"].as_f64() == query["attr0"].as_f64())
    );
    assert_eq!(predictions, predicted(&pio, &engine, LOCAL));
    assert_eq!(applications(), 4, "the master did not run the train and the batch");
}

/// The metric's value for each set of parameters, in their order.
fn scores(pio: &Pio, engine: &Engine, spark: &[&str]) -> Vec<f64> {
    let classes =
        ["AccuracyEvaluation", "EngineParamsList"].map(|name| format!("org.template.classification.{name}"));
    let evaluated = run(pio, engine, &["eval", &classes[0], &classes[1]], spark);
    let rows = evaluated["rows"].as_array().expect("rows");
    rows.iter().map(|row| row["score"].as_f64().expect("a score")).collect()
}

/// The lines that a batch prediction writes.
fn predicted(pio: &Pio, engine: &Engine, spark: &[&str]) -> Vec<Value> {
    let output = engine.file(&unique("predictions"));
    let (input, place) =
        (format!("file://{}", engine.file("queries.jsonl").display()), output.to_string_lossy());
    run(
        pio,
        engine,
        &["batchpredict", "--input", &input, "--output", &place, "--query-partitions", "4"],
        spark,
    );
    let parts =
        (0..4).map(|part| fs::read_to_string(output.join(format!("part-{part:05}"))).expect("a part"));
    parts
        .flat_map(|text| {
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<_>>()
        })
        .collect()
}

/// Runs a command with options of Spark and gives what it prints as JSON.
fn run(pio: &Pio, engine: &Engine, arguments: &[&str], spark: &[&str]) -> Value {
    let arguments = [arguments, &["--json", "--"], spark].concat();
    let done =
        pio.run_in(engine.path(), &arguments).expect("a command").success().expect("an end without errors");
    done.json().expect("JSON")
}
