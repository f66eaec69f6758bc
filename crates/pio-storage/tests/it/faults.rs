//! A database that is away, slow, full or refuses.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use pio_settings::{database::DatabaseSettings, secret::Secret};
use pio_storage::{
    Options, Storage,
    errors::{StorageError, UnavailableCause},
    events::{filter::Filter, table::EventTable},
    test_support::{PrivateServer, database, run_sql},
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    task::spawn_blocking,
    time::sleep,
};

use crate::sample::{app, event};

fn quick() -> Options {
    Options {
        connect_timeout: Duration::from_millis(500),
        operation_timeout: Duration::from_millis(500),
        pool_size: 2,
        ..Options::default()
    }
}

async fn reason(settings: &DatabaseSettings) -> UnavailableCause {
    match Storage::connect_with(settings, quick()).await {
        Err(error @ StorageError::Unavailable { .. }) => {
            assert!(!error.to_string().contains("wrong-password"), "{error}");
            assert!(error.is_unavailable());
            let StorageError::Unavailable { reason, .. } = error else { unreachable!() };
            reason
        }
        Err(other) => panic!("not unavailable: {other}"),
        Ok(_) => panic!("it was available"),
    }
}

#[tokio::test]
async fn each_way_of_not_connecting_is_told_apart() {
    let db = database().await;
    let with = |change: fn(&mut DatabaseSettings)| {
        let mut settings = db.settings.clone();
        change(&mut settings);
        settings
    };
    assert_eq!(reason(&with(|s| s.port = 1)).await, UnavailableCause::Unreachable);
    let words = Storage::connect(&with(|s| s.port = 1)).await.err().expect("no database").to_string();
    assert!(words.contains("no connection could be made (Connection refused"), "{words}");
    assert_eq!(
        reason(&with(|s| s.host = "no-such-host.invalid".to_owned())).await,
        UnavailableCause::Unreachable
    );
    assert_eq!(
        reason(&with(|s| s.password = Secret::new("wrong-password"))).await,
        UnavailableCause::Rejected
    );
    assert_eq!(reason(&with(|s| s.password = Secret::default())).await, UnavailableCause::Rejected);
    assert_eq!(reason(&with(|s| s.name = "nowhere".to_owned())).await, UnavailableCause::Rejected);
}

#[tokio::test]
async fn what_the_server_reports_is_told_in_words_with_what_to_do() {
    let db = database().await;
    run_sql(
        &db.settings,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = NEW.name; END $$; \
        CREATE TRIGGER refuse BEFORE INSERT ON pio_meta_apps FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .await;
    let away = [
        ("25006", "it accepts no writes", "Name the primary server"),
        ("28000", "it rejected the connection", "Check user, password and database name"),
        ("28P01", "it rejected the connection", "Check user"),
        ("3D000", "it rejected the connection", "Check user"),
        ("40001", "another transaction stands in the way", "Try again in a moment"),
        ("40P01", "another transaction stands in the way", "Try again"),
        ("55P03", "another transaction stands in the way", "Try again"),
        ("53300", "it has no connection left", "Stop processes that use it"),
        ("57014", "it did not answer in time", "Try again"),
        ("57P01", "it is starting, stopping or recovering", "Try again"),
        ("57P02", "it is starting, stopping or recovering", "Try again"),
        ("57P03", "it is starting, stopping or recovering", "Try again"),
        ("57P04", "it is starting, stopping or recovering", "Try again"),
        ("57P05", "it is starting, stopping or recovering", "Try again"),
        ("53100", "it has run out of disk or memory", "Make room on the server"),
        ("58030", "it has run out of disk or memory", "Make room on the server"),
        ("08006", "the connection was lost", "Try again"),
    ];
    for (code, what, remedy) in away {
        let error = db.storage.apps().create(&app(code)).await.unwrap_err();
        assert!(error.is_unavailable(), "{code}: {error:?}");
        let words = format!("the database is not available: {what} (so it is). {remedy}");
        assert!(error.to_string().starts_with(&words), "{code}: {error}");
    }
    let other = [
        ("22001", "a value cannot be stored: so it is"),
        ("54000", "a value cannot be stored: so it is"),
        ("42501", "the database refused: so it is"),
        ("3F000", "the database has no schema for the tables: so it is. Create the one that currentSchema"),
        ("42P01", "the event table so it is does not exist"),
        ("XX000", "the database gave an unexpected answer: so it is, SQLSTATE XX000"),
    ];
    for (code, words) in other {
        let error = db.storage.apps().create(&app(code)).await.unwrap_err();
        assert!(!error.is_unavailable(), "{code}: {error:?}");
        assert!(error.to_string().starts_with(words), "{code}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = database().await.settings;
    settings.port = silent.local_addr().unwrap().port();
    let start = Instant::now();
    assert_eq!(reason(&settings).await, UnavailableCause::TimedOut);
    assert!(start.elapsed() < Duration::from_secs(30));
}

/// What connecting leads to where every connection is treated like this.
async fn connecting<W>(treat: fn(TcpStream) -> W) -> StorageError
where
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(treat(stream));
        }
    });
    let settings = DatabaseSettings { port, ..database().await.settings };
    Storage::connect_with(&settings, quick()).await.err().expect("no database")
}

#[tokio::test]
async fn a_connection_that_is_reset_is_lost() {
    let error = connecting(|stream| async move {
        // Closed with what came still unread.
        stream.readable().await.unwrap();
    })
    .await;
    assert!(matches!(error, StorageError::Unavailable { reason: UnavailableCause::Lost, .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_says_what_none_should_is_told_as_such() {
    let error = connecting(|mut stream| async move {
        // Ready for queries, before anyone has said who he is.
        stream.write_all(b"Z\0\0\0\x05I").await.unwrap();
        sleep(Duration::from_secs(1)).await;
    })
    .await;
    assert!(
        !error.is_unavailable() && error.to_string().contains("unexpected message from server"),
        "{error}"
    );
}

#[tokio::test]
async fn a_role_without_connections_left_is_told() {
    let db = database().await;
    let role = format!("limited_{}", db.settings.name);
    run_sql(&db.settings, &format!("CREATE ROLE {role} LOGIN PASSWORD 'pw' CONNECTION LIMIT 0")).await;
    let limited = DatabaseSettings { user: role, password: Secret::new("pw"), ..db.settings };
    assert_eq!(reason(&limited).await, UnavailableCause::TooManyConnections);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_ends_and_blocks_nobody_after_it() {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    let quick = Storage::connect_with(&db.settings, Options { pool_size: 1, ..quick() }).await.unwrap();
    let mut holder = db.storage.events().import(EventTable::of_app(1)).await.unwrap();
    let same = crate::sample::with_id("x", event("view", "u1"));
    holder.add(std::slice::from_ref(&same)).await.unwrap();
    let error = quick.events().insert(EventTable::of_app(1), &[same]).await.unwrap_err();
    assert!(matches!(error, StorageError::Unavailable { reason: UnavailableCause::TimedOut, .. }), "{error}");
    assert!(quick.apps().find("App").await.unwrap().is_some(), "the next one has a connection that is free");
    holder.commit().await.unwrap();
}

#[tokio::test]
async fn a_cancelled_operation_leaves_the_pool_usable() {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    let storage =
        Storage::connect_with(&db.settings, Options { pool_size: 1, ..Options::default() }).await.unwrap();
    let mut holder = db.storage.events().import(EventTable::of_app(1)).await.unwrap();
    let same = crate::sample::with_id("x", event("view", "u1"));
    holder.add(std::slice::from_ref(&same)).await.unwrap();
    for _ in 0..5 {
        let events = [same.clone()];
        let storage = storage.events();
        let blocked = storage.insert(EventTable::of_app(1), &events);
        assert!(tokio::time::timeout(Duration::from_millis(50), blocked).await.is_err());
    }
    let answer =
        tokio::time::timeout(Duration::from_secs(2), storage.apps().list()).await.expect("an answer");
    assert_eq!(answer.unwrap().len(), 1);
}

#[tokio::test]
async fn a_busy_pool_says_so() {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    let storage = Storage::connect_with(&db.settings, Options { pool_size: 1, ..quick() }).await.unwrap();
    let _held = storage.events().import(EventTable::of_app(1)).await.unwrap();
    let error = storage.apps().list().await.unwrap_err();
    assert!(matches!(error, StorageError::Unavailable { reason: UnavailableCause::Busy, .. }), "{error}");
    assert_eq!((storage.pool_status().open, storage.pool_status().idle), (1, 0));
}

#[tokio::test]
async fn a_commit_is_on_disk_even_where_the_database_would_not_wait() {
    let db = database().await;
    let name = &db.settings.name;
    run_sql(&db.settings, &format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    let storage = Storage::connect(&db.settings).await.unwrap();
    storage.apps().create(&app("App")).await.unwrap();
    run_sql(
        &db.settings,
        "CREATE TABLE seen (value text); CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$; \
        CREATE TRIGGER see AFTER INSERT ON pio_event_1 EXECUTE FUNCTION see()",
    )
    .await;
    storage.events().insert(EventTable::of_app(1), &[event("view", "u1")]).await.unwrap();
    run_sql(&db.settings, "DO $$ BEGIN ASSERT (SELECT value FROM seen) = 'on'; END $$").await;
}

#[tokio::test]
async fn a_killed_server_loses_nothing_that_was_acknowledged_and_the_pool_recovers() {
    let mut server = spawn_blocking(PrivateServer::start).await.unwrap();
    let settings = server.ensure_running();
    let storage = Storage::connect_with(&settings, quick()).await.unwrap();
    storage.apps().create(&app("App")).await.unwrap();
    let table = EventTable::of_app(1);
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        for i in 0..20 {
            let insertions =
                storage.events().insert(table, &[event("view", &format!("u{round}-{i}"))]).await.unwrap();
            acknowledged.extend(insertions.into_iter().map(|insertion| insertion.id));
        }
        server.kill();
        match storage.events().insert(table, &[event("view", "u")]).await {
            // A session may end what it was at before it notices that the server is gone.
            Ok(insertions) => acknowledged.extend(insertions.into_iter().map(|insertion| insertion.id)),
            Err(error) => assert!(error.is_unavailable(), "{error:?}"),
        }
        let (running, again) = spawn_blocking(|| (server.ensure_running(), server)).await.unwrap();
        assert_eq!(running, settings, "same port, same password");
        server = again;
    }
    let stored = storage.events().find(table, &Filter::default()).await.unwrap();
    let stored: HashSet<_> = stored.into_iter().map(|event| event.id).collect();
    assert!(acknowledged.iter().all(|id| stored.contains(id)));
}

/// Makes each commit of an event take two seconds.
const SLOW_COMMITS: &str = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$; \
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON pio_event_1 DEFERRABLE INITIALLY DEFERRED \
    FOR EACH ROW EXECUTE FUNCTION slow()";

#[tokio::test]
async fn a_commit_without_an_answer_has_an_unknown_outcome() {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    run_sql(&db.settings, SLOW_COMMITS).await;
    let storage = Storage::connect_with(&db.settings, quick()).await.unwrap();
    let table = EventTable::of_app(1);
    let error = storage.events().insert(table, &[event("view", "u1")]).await.unwrap_err();
    assert!(matches!(error, StorageError::OutcomeUnknown { .. }), "{error}");
    let mut import = storage.events().import(table).await.unwrap();
    import.add(&[event("view", "u2")]).await.unwrap();
    let error = import.commit().await.unwrap_err();
    assert!(matches!(error, StorageError::OutcomeUnknown { .. }), "{error}");
    assert!(error.to_string().ends_with("Look whether it is done before you do it again"), "{error}");
}

#[tokio::test]
async fn a_session_that_is_ended_in_its_commit_has_an_unknown_outcome_and_one_before_it_has_not() {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    run_sql(&db.settings, SLOW_COMMITS).await;
    let table = EventTable::of_app(1);
    let end = "DO $$ BEGIN LOOP \
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'; \
        EXIT WHEN FOUND; PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$";
    let events = [event("view", "u1")];
    let storage = db.storage.events();
    let (outcome, ()) = tokio::join!(storage.insert(table, &events), run_sql(&db.settings, end));
    assert!(matches!(outcome, Err(StorageError::OutcomeUnknown { .. })), "{outcome:?}");
    run_sql(
        &db.settings,
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$; \
        CREATE TRIGGER cut BEFORE INSERT ON pio_event_1 FOR EACH ROW EXECUTE FUNCTION cut()",
    )
    .await;
    let error = db.storage.events().insert(table, &[event("view", "u2")]).await.unwrap_err();
    assert!(matches!(error, StorageError::Unavailable { .. }), "{error}");
    assert_eq!(db.storage.events().find(table, &Filter::default()).await.unwrap(), []);
}

#[tokio::test]
async fn a_commit_that_the_server_refuses_is_no_unknown_outcome() {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    run_sql(
        &db.settings,
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$; \
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON pio_event_1 DEFERRABLE INITIALLY DEFERRED \
        FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .await;
    let error = db.storage.events().insert(EventTable::of_app(1), &[event("view", "u1")]).await.unwrap_err();
    assert!(
        matches!(error, StorageError::Unavailable { reason: UnavailableCause::Exhausted, .. }),
        "{error}"
    );
}
