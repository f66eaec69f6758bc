//! What a team does every day: new events, a new model, answers by the hundred, several engines side by side.

use e2e::http;
use fs_err as fs;
use serde_json::{Value, json};

use crate::support::{READY, all_ratings, app_with_ratings, items, pio, recommendation, unique};

#[test]
fn a_retrained_model_is_taken_by_a_reload() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Reloaded");
    let engine = recommendation(&app);
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    assert!(items(&server, "newcomer").is_empty(), "nothing is known of the newcomer yet");

    let key = key_of(&pio, &app);
    let events = pio.event_server().expect("an event server");
    e2e::ratings::send(&ratings_of_the_newcomer(), &events.url, &key).expect("stored ratings");
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
    let reloaded = http::post(&format!("{}/reload", server.url), &json!({})).expect("an answer");
    assert_eq!(reloaded.status, 200, "{}", reloaded.body);
    crate::support::eventually("recommendations for the newcomer", READY, || {
        server.query(&json!({ "user": "newcomer", "num": 4 })).is_ok_and(|answer| {
            assert_eq!(
                answer.status, 200,
                "queries are answered while the model is replaced: {}",
                answer.body
            );
            answer.body["itemScores"].as_array().is_some_and(|scores| scores.len() == 4)
        })
    });
}

#[test]
fn a_file_of_queries_is_answered() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Batch");
    let engine = recommendation(&app);
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
    let queries: Vec<Value> = (1..=20).map(|user| json!({ "user": user.to_string(), "num": 3 })).collect();
    let lines: Vec<String> = queries.iter().map(Value::to_string).collect();
    fs::write(engine.file("queries.json"), lines.join("\n")).expect("a file of queries");

    let arguments = ["batchpredict", "--input", "queries.json", "--output", "answers"];
    pio.run_in(engine.path(), &arguments).expect("predictions").success().expect("good predictions");
    let mut answered: Vec<Value> = Vec::new();
    for entry in fs::read_dir(engine.file("answers")).expect("a folder of answers") {
        let path = entry.expect("a file").path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("part-")) {
            let text = fs::read_to_string(path).expect("answers");
            answered.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")));
        }
    }
    assert_eq!(answered.len(), queries.len());
    for query in &queries {
        let line = answered.iter().find(|line| line["query"] == *query).expect("each query has its answer");
        assert_eq!(line["prediction"]["itemScores"].as_array().map(Vec::len), Some(3), "{line}");
    }
}

#[test]
fn two_engines_on_one_event_server_learn_from_their_own_apps() {
    let pio = pio();
    let events = pio.event_server().expect("an event server");
    let apps = [unique("SideA"), unique("SideB")];
    let all = all_ratings();
    let only_odd = all.iter().filter(|event| is_odd(&event["targetEntityId"])).cloned().collect::<Vec<_>>();
    for (app, ratings) in apps.iter().zip([&all, &only_odd]) {
        let key = pio.new_app(app).expect("a new app");
        e2e::ratings::send(ratings, &events.url, &key).expect("stored ratings");
    }
    let engines = apps.each_ref().map(|app| recommendation(app));
    let servers = engines.each_ref().map(|engine| {
        pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
        pio.deploy(engine.path(), &[]).expect("a deployed engine")
    });
    for server in &servers {
        server.wait_until_ready("/readyz", READY).expect("a ready engine");
    }
    let known = |server, number| {
        let answer =
            e2e::server::Server::query(server, &json!({ "user": "1", "num": number })).expect("an answer");
        answer.body["itemScores"]
            .as_array()
            .expect("scores")
            .iter()
            .map(|score| score["item"].clone())
            .collect::<Vec<_>>()
    };
    let (of_all, of_odd) = (known(&servers[0], 200), known(&servers[1], 200));
    assert!(of_all.iter().any(|item| !is_odd(item)), "{of_all:?}");
    assert!(!of_odd.is_empty() && of_odd.iter().all(is_odd), "{of_odd:?}");
}

fn is_odd(item: &Value) -> bool {
    item.as_str().and_then(|item| item.parse::<u32>().ok()).is_some_and(|number| number % 2 == 1)
}

fn ratings_of_the_newcomer() -> Vec<Value> {
    let rating = |item: u32| {
        json!({
            "event": "rate", "entityType": "user", "entityId": "newcomer",
            "targetEntityType": "item", "targetEntityId": item.to_string(), "properties": { "rating": 5.0 },
        })
    };
    [1, 2, 3, 4, 5].map(rating).to_vec()
}

fn key_of(pio: &e2e::pio::Pio, app: &str) -> String {
    let listed = pio.run(&["accesskey", "list", app, "--json"]).expect("a list").json().expect("JSON");
    let key = listed.as_array().and_then(|keys| keys.first()?["key"].as_str().map(str::to_owned));
    key.unwrap_or_else(|| panic!("no key in {listed}"))
}
