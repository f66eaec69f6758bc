//! What was acknowledged is there, once, however the event server ended.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use e2e::database::sql;
use e2e::http;
use serde_json::json;

use crate::support::{database_url, kill, pio, unique};

/// How often the server is killed.
const ROUNDS: usize = 5;

/// How many events are acknowledged before, at least.
const BEFORE: usize = 20;

/// How long that may take.
const LIMIT: Duration = Duration::from_mins(1);

#[test]
fn no_acknowledged_event_is_lost_or_stored_twice_when_the_server_is_killed() {
    let pio = pio();
    let app = unique("Kills");
    let key = pio.new_app(&app).expect("a new app");
    let mut acknowledged = HashSet::new();
    for round in 0..ROUNDS {
        let server = pio.event_server().expect("an event server");
        let (ended, count) = (AtomicBool::new(false), AtomicUsize::new(0));
        let of_round: Vec<String> = std::thread::scope(|scope| {
            let client = |number| {
                let url = format!("{}/events.json?accessKey={key}", server.url);
                let (ended, count) = (&ended, &count);
                scope.spawn(move || send_until(ended, count, &url, &format!("{round}-{number}")))
            };
            let clients: Vec<_> = (0..4).map(client).collect();
            let end = Instant::now() + LIMIT;
            while count.load(Ordering::Relaxed) < BEFORE && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(5));
            }
            kill(server.id());
            ended.store(true, Ordering::Relaxed);
            clients.into_iter().flat_map(|client| client.join().expect("a client")).collect()
        });
        assert!(of_round.len() >= BEFORE, "round {round}: {} events were acknowledged", of_round.len());
        acknowledged.extend(of_round);
    }
    let shown = pio.run(&["app", "show", &app, "--json"]).expect("an app").json().expect("JSON");
    let rows =
        sql(&database_url(), &format!("SELECT entityid FROM pio_event_{}", shown["id"])).expect("rows");
    let stored: Vec<String> = rows.into_iter().filter_map(|mut row| row.remove(0)).collect();
    let once: HashSet<String> = stored.iter().cloned().collect();
    assert_eq!(stored.len(), once.len(), "an event is stored twice");
    let lost: Vec<_> = acknowledged.difference(&once).collect();
    assert!(
        lost.is_empty(),
        "{} of {} acknowledged events are lost: {lost:?}",
        lost.len(),
        acknowledged.len()
    );
}

/// Sends events one by one until told to end, and returns those that were acknowledged.
fn send_until(ended: &AtomicBool, count: &AtomicUsize, url: &str, prefix: &str) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if ended.load(Ordering::Relaxed) {
            break;
        }
        let entity = format!("{prefix}-{number}");
        let event = json!({ "event": "view", "entityType": "user", "entityId": entity });
        if http::post(url, &event).is_ok_and(|answer| answer.status == 201) {
            acknowledged.push(entity);
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
    acknowledged
}
