//! What the tests share: the binary, its home, the built engines, and small journeys made of the steps.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use e2e::cluster::Master;
use e2e::engine::Engine;
use e2e::pio::Pio;
use e2e::ratings;
use e2e::server::Server;
use serde_json::{Value, json};

/// How long a deployed engine may take to load its model on a busy machine.
pub(crate) const READY: Duration = Duration::from_mins(2);

/// A value that `cargo xtask e2e` hands to the tests.
pub(crate) fn given(name: &str) -> PathBuf {
    let value = pio_settings::env::get(name);
    PathBuf::from(
        value.unwrap_or_else(|| panic!("{name} is not set: run `cargo xtask e2e`, which prepares it")),
    )
}

/// The binary in the home and with the database that all tests share.
pub(crate) fn pio() -> Pio {
    Pio::new(given("PIO_E2E_BINARY"), given("PIO_E2E_HOME")).with("DATABASE_URL", &database_url())
}

/// The Spark master that all tests share. Spark's applications wait for one another's cores on it.
pub(crate) fn shared_master() -> Master {
    let [url, page] = ["PIO_E2E_MASTER", "PIO_E2E_MASTER_PAGE"]
        .map(|name| given(name).into_os_string().into_string().expect("an address"));
    Master { url, page }
}

/// The binary in a home of its own.
pub(crate) fn pio_at_home(home: &std::path::Path) -> Pio {
    Pio::new(given("PIO_E2E_BINARY"), home)
}

/// A copy of the built recommendation engine that learns from an app.
pub(crate) fn recommendation(app: &str) -> Engine {
    Engine::copy(&given("PIO_E2E_ENGINE_RECOMMENDATION"), app).expect("a copy of the engine")
}

/// A copy of the built classification engine that learns from an app.
pub(crate) fn classification(app: &str) -> Engine {
    Engine::copy(&given("PIO_E2E_ENGINE_CLASSIFICATION"), app).expect("a copy of the engine")
}

/// A copy of the built engine of means that learns from an app.
pub(crate) fn means(app: &str) -> Engine {
    Engine::copy(&given("PIO_E2E_ENGINE_MEANS"), app).expect("a copy of the engine")
}

/// A copy of the built engine in Java that learns from an app.
pub(crate) fn popular(app: &str) -> Engine {
    Engine::copy(&given("PIO_E2E_ENGINE_POPULAR"), app).expect("a copy of the engine")
}

/// A name that no other test uses.
pub(crate) fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}{}x{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The ratings of the demo, as events.
pub(crate) fn all_ratings() -> Vec<Value> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    ratings::read(&root.join("../engines/recommendation/data/ratings.txt")).expect("the ratings")
}

/// A new app that holds the ratings, sent through the event server.
pub(crate) fn app_with_ratings(pio: &Pio, prefix: &str) -> String {
    app_with_events(pio, prefix, &all_ratings())
}

/// A new app that holds these events, sent through the event server.
pub(crate) fn app_with_events(pio: &Pio, prefix: &str, events: &[Value]) -> String {
    let app = unique(prefix);
    let key = pio.new_app(&app).expect("a new app");
    let server = pio.event_server().expect("an event server");
    ratings::send(events, &server.url, &key).expect("stored events");
    server.stop().expect("an end of the event server");
    app
}

/// A copy of the built classification engine, and an app with ninety users of three kinds, each kind strong in one attribute.
pub(crate) fn classification_with_users(pio: &Pio, prefix: &str) -> (Engine, String) {
    let user = |number: usize| {
        let plan = number % 3;
        let strength = |attribute| if attribute == plan { 3 + number % 5 } else { number % 2 };
        json!({
            "event": "$set", "entityType": "user", "entityId": format!("u{number}"),
            "properties": { "attr0": strength(0), "attr1": strength(1), "attr2": strength(2), "plan": plan },
        })
    };
    let app = app_with_events(pio, prefix, &(0..90).map(user).collect::<Vec<_>>());
    (classification(&app), app)
}

/// The items that a deployed recommender gives a user.
pub(crate) fn items(server: &Server, user: &str) -> Vec<String> {
    let answer = server.query(&json!({ "user": user, "num": 4 })).expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let scores = answer.body["itemScores"].as_array().expect("itemScores").clone();
    assert!(scores.iter().all(|score| score["score"].is_number()), "{scores:?}");
    scores.iter().filter_map(|score| Some(score["item"].as_str()?.to_owned())).collect()
}

/// The password of the shared database, which no output and no argument may show.
pub(crate) fn database_password() -> String {
    let url = database_url();
    let (login, _) = url.rsplit_once('@').expect("a login");
    let (_, password) = login.rsplit_once(':').expect("a password");
    password.to_owned()
}

/// The command lines of all processes of this machine that hold a word.
pub(crate) fn processes_with(word: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(word))
        .collect()
}

/// The address of the database that all tests share.
pub(crate) fn database_url() -> String {
    given("PIO_E2E_DATABASE_URL").to_string_lossy().into_owned()
}

/// Ends a process as a crash would.
pub(crate) fn kill(process: u32) {
    pio_process::command::Command::new("kill").args(["-9", &process.to_string()]).run().expect("a kill");
}

/// Waits until something is so, and fails with these words where it never is.
pub(crate) fn eventually(what: &str, limit: Duration, mut is_so: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + limit;
    while !is_so() {
        assert!(std::time::Instant::now() < end, "never within {} s: {what}", limit.as_secs());
        std::thread::sleep(Duration::from_millis(50));
    }
}
