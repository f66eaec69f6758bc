//! One app for events and queries behind one port.

use std::time::Duration;

use serde_json::json;

use crate::classic::App;
use crate::jail::Place;
use crate::{apps, database};

const READY: Duration = Duration::from_mins(2);

#[test]
fn one_app_collects_trains_and_answers() {
    let mut app = App::recommendation();
    app.set("DATABASE_URL", &database::fresh());
    app.set("PIO_EMBED_EVENTSERVER", "true");
    app.set("PIO_EVENTSERVER_APP_NAME", "demo");
    app.set("PIO_EVENTSERVER_ACCESS_KEY", "shopkey");
    app.push(Place::Offline).ended.ok();
    let log = app.release().ok();
    assert!(log.contains("The app demo has no events yet, so there is nothing to train"), "{log}");

    let web = app.web();
    web.wait_until_ready("/healthz", READY).expect("a web process");
    let query = json!({"user": "1", "num": 4});
    assert_eq!(web.query(&query).expect("an answer").status, 503);
    let ratings = apps::root().join("engines/recommendation/data/ratings.txt");
    let events = e2e::ratings::read(&ratings).expect("the ratings");
    for events in events.chunks(50) {
        let answer =
            e2e::http::post(&format!("{}/batch/events.json?accessKey=shopkey", web.url), &json!(events));
        let answer = answer.expect("an answer");
        assert_eq!((answer.status, &answer.body[0]["status"]), (200, &json!(201)), "{}", answer.body);
    }
    app.run("train").ok();
    web.wait_until_ready("/readyz", READY).expect("an engine that found its model");
    let answer = web.query(&query).expect("an answer");
    assert_eq!(answer.body["itemScores"].as_array().map(Vec::len), Some(4), "{}", answer.body);
    let metrics = e2e::http::get(&format!("{}/metrics", web.url)).expect("numbers").body.to_string();
    assert!(
        metrics.contains("pio_ready 1") && metrics.contains("pio_eventserver_commit_events"),
        "{metrics}"
    );
    assert!(web.stop().expect("an end").success());
}
