//! Engines of each family of the API, from events to answers: in one machine's memory with several algorithms (`means`), and in Java (`popular`).

use std::path::Path;

use e2e::engine::Engine;
use e2e::pio::Pio;
use fs_err as fs;
use serde_json::{Value, json};

use crate::support::{READY, app_with_events, means, pio, popular, shared_master, unique};

/// Two users' ratings of three items.
fn ratings() -> Vec<Value> {
    let rate = |user: &str, item: &str, rating: i32| {
        json!({
            "event": "rate", "entityType": "user", "entityId": user, "targetEntityType": "item", "targetEntityId": item,
            "properties": { "rating": rating },
        })
    };
    vec![
        rate("1", "a", 5),
        rate("2", "a", 3),
        rate("1", "b", 1),
        rate("2", "b", 1),
        rate("1", "c", 4),
        rate("2", "c", 0),
    ]
}

/// Three users' views of three items, one of which has a title.
fn views() -> Vec<Value> {
    let view = |user: &str, item: &str| {
        json!({
            "event": "view", "entityType": "user", "entityId": user, "targetEntityType": "item", "targetEntityId": item,
        })
    };
    let title = json!({
        "event": "$set", "entityType": "item", "entityId": "a", "properties": { "title": "An item" },
    });
    vec![
        view("1", "a"),
        view("2", "a"),
        view("3", "a"),
        view("2", "b"),
        view("3", "b"),
        view("3", "c"),
        title,
    ]
}

#[test]
fn local_parts_several_algorithms_and_stored_models_answer_together() {
    let pio = pio();
    let app = app_with_events(&pio, "Means", &ratings());
    let engine = means(&app);
    run(&pio, engine.path(), &["train"]);

    let guesses = guesses(&pio, &engine, &[]);

    let input = engine.file("queries.jsonl");
    fs::write(&input, "{\"user\": \"1\", \"item\": \"a\"}\n{\"user\": \"1\", \"item\": \"b\"}\n")
        .expect("queries");
    let output = engine.file("answers");
    let (input, output) = (input.to_string_lossy(), output.to_string_lossy());
    run(&pio, engine.path(), &["batchpredict", "--input", &input, "--output", &output]);
    let answers = answers(Path::new(&*output));
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert_close(&answers[0]["prediction"]["guesses"], &guesses);
    assert_eq!(answers[1]["query"], json!({ "user": "1", "item": "b" }));
}

#[test]
fn a_model_spread_over_a_clusters_workers_answers_from_there() {
    let pio = pio();
    let app = app_with_events(&pio, "Far", &ratings());
    let engine = means(&app);
    let (master, name) = (shared_master(), unique("far"));
    let on_cluster = ["--", "--master", &master.url, "--name", &name];
    run(&pio, engine.path(), &[&["train"], &on_cluster[..]].concat());
    guesses(&pio, &engine, &on_cluster);
    assert_eq!(master.applications(&name).expect("the master's answer").len(), 2, "train and deployment");
}

#[test]
fn several_metrics_compare_several_algorithms() {
    let pio = pio();
    let app = app_with_events(&pio, "MeansEval", &ratings());
    let engine = means(&app);
    let pio = pio.with("PIO_EVENTSERVER_APP_NAME", &app);
    let done = run(
        &pio,
        engine.path(),
        &["eval", "org.template.means.ErrorEvaluation", "org.template.means.ParamsList"],
    );
    for header in ["Error", "LikedError", "Spread", "Count"] {
        assert!(done.contains(header), "no column {header} in {done}");
    }
    let best: Value = serde_json::from_str(&fs::read_to_string(engine.file("best.json")).expect("best.json"))
        .expect("JSON");
    let names = best["algorithms"].as_array().expect("algorithms").iter().map(|one| one["name"].clone());
    assert_eq!(names.collect::<Vec<_>>(), [json!("item"), json!("spread")]);
    run(&pio, engine.path(), &["train", "--variant", "best.json"]);
}

#[test]
fn an_engine_in_java_is_evaluated_trained_and_queried() {
    let pio = pio();
    let app = app_with_events(&pio, "Popular", &views());
    let engine = popular(&app);
    let named = pio.with("PIO_EVENTSERVER_APP_NAME", &app);
    let done = run(
        &named,
        engine.path(),
        &["eval", "org.template.popular.HitEvaluation", "org.template.popular.ParamsList"],
    );
    // Five of six views are of the two most popular items.
    assert!(done.contains("Hit rate") && done.contains("0.8333"), "{done}");
    let best: Value = serde_json::from_str(&fs::read_to_string(engine.file("best.json")).expect("best.json"))
        .expect("JSON");
    assert_eq!(best["algorithms"][0]["params"], json!({ "appName": app, "boost": 0.0 }));

    run(&pio, engine.path(), &["train"]);
    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    let stranger = server.query(&json!({ "user": "nobody", "num": 2 })).expect("an answer");
    let first = json!({ "item": "a", "title": "An item", "score": 3.0 });
    assert_eq!(stranger.body["itemScores"][0], first, "{}", stranger.body);
    assert_eq!(stranger.body["itemScores"][1]["item"], json!("b"), "{}", stranger.body);
    let one = server.query(&json!({ "user": "1", "num": 2 })).expect("an answer");
    assert_eq!(one.body["itemScores"][0]["item"], json!("b"), "what was viewed is left out: {}", one.body);
    let wrong = server.query(&json!({ "user": "1", "num": "many" })).expect("an answer");
    assert_eq!(wrong.status, 400, "{}", wrong.body);
}

/// Runs a command in an engine's folder, which must succeed, and returns what it printed.
fn run(pio: &Pio, folder: &Path, arguments: &[&str]) -> String {
    let done = pio.run_in(folder, arguments).expect("a run").success().expect("a success");
    format!("{}{}", done.stdout, done.stderr)
}

/// The lines of all parts of an output, in their order.
fn answers(folder: &Path) -> Vec<Value> {
    let entries = fs::read_dir(folder).expect("the output").map(|entry| entry.expect("an entry").path());
    let mut parts: Vec<_> = entries.filter(|path| path.to_string_lossy().contains("/part-")).collect();
    parts.sort();
    let text: String = parts.iter().map(|part| fs::read_to_string(part).expect("a part")).collect();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn assert_close(found: &Value, wanted: &[f64]) {
    let numbers: Vec<f64> = found.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    let close = numbers.len() == wanted.len()
        && numbers.iter().zip(wanted).all(|(one, other)| (one - other).abs() < 1e-9);
    assert!(close, "{found} is not {wanted:?}");
}

/// What the deployed engine's four algorithms guess of the sample ratings, once that was seen to be right.
fn guesses(pio: &Pio, engine: &Engine, options: &[&str]) -> [f64; 4] {
    let server = pio.deploy(engine.path(), options).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    // Of "c" one rating is no rating, as the preparator says: (5 + 3 + 1 + 1 + 4) / 5 = 2.8 is the mean of all.
    let known = server.query(&json!({ "user": "1", "item": " a " })).expect("an answer");
    let guesses = [4.0, 4.0, (8.0 + 2.8) / 3.0, 10.0 / 3.0];
    assert_close(&known.body["guesses"], &guesses);
    assert_close(&json!([known.body["rating"]]), &[guesses.iter().sum::<f64>() / 4.0]);
    let stranger = server.query(&json!({ "user": "nobody", "item": "none" })).expect("an answer");
    assert_close(&stranger.body["guesses"], &[2.8; 4]);
    guesses
}
