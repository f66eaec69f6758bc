//! A database that goes away, comes back, is read-only or does not answer.

use std::time::{Duration, Instant};

use pio_eventserver::config::Config;
use pio_settings::database::DatabaseSettings;
use pio_storage::Storage;
use pio_storage::test_support::{PrivateServer, run_sql};
use tokio::time::sleep;

use crate::client::{Call, Reply};
use crate::server::{Server, seed};

/// No answer may take longer, whatever the database does.
const BOUND: Duration = Duration::from_secs(8);

fn event() -> Call {
    Call::post("/events.json?accessKey=ACCESSKEY", r#"{"event":"e","entityType":"user","entityId":"1"}"#)
}

async fn in_time(server: &Server, call: &Call) -> Reply {
    let started = Instant::now();
    let reply = server.call(call).await;
    assert!(started.elapsed() < BOUND, "{} {} took {:?}", call.method, call.path, started.elapsed());
    reply
}

/// Everything that needs the database is answered with 503.
async fn is_down(server: &Server) {
    for call in [event(), Call::get("/events.json?accessKey=ACCESSKEY"), Call::get("/readyz")] {
        let reply = in_time(server, &call).await;
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (503, Some("1")),
            "{} {}",
            call.path,
            reply.body
        );
    }
    assert_eq!(server.get("/healthz").await.status, 200);
    assert_eq!(server.get("/").await.status, 200);
}

async fn recovers(server: &Server) {
    for _ in 0..50 {
        if in_time(server, &event()).await.status == 201 {
            return;
        }
        sleep(Duration::from_millis(200)).await;
    }
    panic!("the server did not recover");
}

async fn seeded(settings: &DatabaseSettings) {
    let storage = Storage::connect(settings).await.unwrap();
    seed(&storage, settings).await;
}

#[tokio::test]
async fn a_server_that_starts_without_database_waits_for_it() {
    let database = PrivateServer::start();
    let settings = database.ensure_running();
    seeded(&settings).await;
    database.stop();
    let server = Server::on(settings.clone(), Config::default()).await;
    is_down(&server).await;
    assert_eq!(database.ensure_running().port, settings.port);
    recovers(&server).await;
    server.ready().await;
}

#[tokio::test]
async fn a_database_that_is_restarted_is_found_again() {
    let database = PrivateServer::start();
    let settings = database.ensure_running();
    seeded(&settings).await;
    let server = Server::on(settings.clone(), Config::default()).await;
    server.ready().await;
    for _ in 0..2 {
        recovers(&server).await;
        database.stop();
        is_down(&server).await;
        assert_eq!(database.ensure_running().port, settings.port);
        recovers(&server).await;
        database.kill();
        sleep(Duration::from_millis(100)).await;
        is_down(&server).await;
        assert_eq!(database.ensure_running().port, settings.port);
    }
    recovers(&server).await;
}

#[tokio::test]
async fn a_database_that_hangs_is_given_up_in_time() {
    let database = PrivateServer::start();
    let settings = database.ensure_running();
    seeded(&settings).await;
    let server = Server::on(settings, Config::default()).await;
    server.ready().await;
    recovers(&server).await;
    database.freeze(true);
    let answers = [event(), event(), Call::get("/events.json?accessKey=ACCESSKEY"), Call::get("/readyz")];
    for answer in futures_util::future::join_all(answers.iter().map(|call| in_time(&server, call))).await {
        assert_eq!(answer.status, 503, "{}", answer.body);
    }
    is_down(&server).await;
    database.freeze(false);
    recovers(&server).await;
    server.ready().await;
}

#[tokio::test]
async fn a_database_without_a_free_connection_is_waited_for() {
    let database = PrivateServer::start();
    let settings = database.ensure_running();
    seeded(&settings).await;
    run_sql(&settings, "ALTER SYSTEM SET max_connections = 6").await;
    database.stop();
    let settings = database.ensure_running();
    let mut others = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let settings = settings.clone();
        others.spawn(async move { run_sql(&settings, "SELECT pg_sleep(9)").await });
    }
    sleep(Duration::from_secs(1)).await;
    let server = Server::on(settings, Config::default()).await;
    is_down(&server).await;
    // Those who were one too many panicked; the others go.
    while others.join_next().await.is_some() {}
    recovers(&server).await;
}

#[tokio::test]
async fn a_read_only_database_is_waited_for() {
    let server = Server::start(Config::default()).await;
    let name = &server.settings.name;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let set = |value: &str| {
        format!(
            "BEGIN READ WRITE; ALTER DATABASE \"{name}\" SET default_transaction_read_only = {value}; COMMIT; {cut}"
        )
    };
    run_sql(&server.settings, &set("on")).await;
    sleep(Duration::from_millis(100)).await;
    // A lost connection is answered with 503 as well: look twice.
    in_time(&server, &event()).await;
    let refused = in_time(&server, &event()).await;
    assert_eq!(refused.status, 503);
    assert!(
        refused.body.contains("was not stored, because of the database: it accepts no writes"),
        "{}",
        refused.body
    );
    assert_eq!(in_time(&server, &Call::get("/readyz")).await.status, 503);
    assert_eq!(in_time(&server, &Call::get("/events.json?accessKey=ACCESSKEY")).await.status, 404);
    run_sql(&server.settings, &set("off")).await;
    recovers(&server).await;
}

#[tokio::test]
async fn a_table_that_is_locked_holds_up_nobody_but_its_own_app() {
    let server = Server::start(Config::default()).await;
    assert_eq!(server.call(&event()).await.status, 201);
    let settings = server.settings.clone();
    let locked = tokio::spawn(async move {
        run_sql(&settings, "BEGIN; LOCK TABLE pio_event_1; SELECT pg_sleep(7); COMMIT").await;
    });
    sleep(Duration::from_millis(300)).await;
    let (call, address) = (event(), server.address);
    let waiting = tokio::spawn(async move { crate::client::call(address, &call).await });
    sleep(Duration::from_millis(100)).await;
    let other = Call::post("/events.json?accessKey=OTHERKEY", event().body.unwrap());
    for _ in 0..5 {
        assert_eq!(server.call(&other).await.status, 201);
    }
    assert!(!locked.is_finished(), "the others waited for the lock");
    assert_eq!(waiting.await.unwrap().status, 503);
    locked.await.unwrap();
    recovers(&server).await;
}

#[tokio::test]
async fn readers_that_wait_do_not_stand_in_the_way_of_events() {
    let server = Server::start(Config::default()).await;
    let settings = server.settings.clone();
    let locked = tokio::spawn(async move {
        run_sql(&settings, "BEGIN; LOCK TABLE pio_event_1; SELECT pg_sleep(3); COMMIT").await;
    });
    sleep(Duration::from_millis(300)).await;
    let address = server.address;
    let readers: Vec<_> = (0..6)
        .map(|_| {
            let list = Call::get("/events.json?accessKey=ACCESSKEY");
            tokio::spawn(async move { crate::client::call(address, &list).await })
        })
        .collect();
    sleep(Duration::from_millis(300)).await;
    // The key has not been looked up before.
    let other = Call::post("/events.json?accessKey=OTHERKEY", event().body.unwrap());
    let reply = server.call(&other).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    assert_eq!(server.get("/readyz").await.status, 200);
    assert!(!locked.is_finished(), "the event waited for the lock");
    locked.await.unwrap();
    for reader in readers {
        assert!([404, 503].contains(&reader.await.unwrap().status));
    }
}

#[tokio::test]
async fn an_app_whose_table_is_gone_is_told_so_and_holds_up_nobody() {
    let server = Server::start(Config::default()).await;
    run_sql(&server.settings, "DROP TABLE pio_event_2").await;
    let other = Call::post("/events.json?accessKey=OTHERKEY", event().body.unwrap());
    assert_eq!(server.call(&other).await.status, 500);
    let batch = Call::post(
        "/batch/events.json?accessKey=OTHERKEY",
        r#"[{"event":"e","entityType":"user","entityId":"1"}]"#,
    );
    assert_eq!(server.call(&batch).await.json()[0]["status"], 500);
    assert_eq!(server.call(&event()).await.status, 201);
}
