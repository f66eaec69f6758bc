//! From events to predictions on one machine.

use std::io::Write as _;
use std::net::TcpStream;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use e2e::pio::NAMELESS;
use e2e::server::Server;
use pio_process::command::Command;
use pio_test_support::container::Container;

use crate::support::{
    READY, app_with_ratings, database_password, eventually, items, kill, pio, processes_with, recommendation,
};

#[test]
fn ratings_sent_over_http_become_recommendations_in_a_container_of_512_mb() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Journey");
    let engine = recommendation(&app);
    let container = Container::new(512);
    let pio = match &container {
        Ok(container) => pio.within(container),
        Err(reason) => {
            pio_test_support::skip(&format!(
                "without its limit of 512 MB. Run as root where control groups can be made ({reason})."
            ));
            pio
        }
    };
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");

    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    let recommended = items(&server, "1");
    assert_eq!(recommended.len(), 4);
    assert_ne!(recommended, items(&server, "2"), "two users with other tastes get other items");
    let stranger = server.query(&serde_json::json!({ "user": "nobody", "num": 4 })).expect("an answer");
    assert_eq!((stranger.status, &stranger.body), (200, &serde_json::json!({ "itemScores": [] })));

    let crowd: Vec<_> = (0..61).map(|_| large_query_without_an_end(&server)).collect();
    for _ in 0..20 {
        assert_eq!(items(&server, "1"), recommended, "small queries do not wait for large ones");
    }
    drop(crowd.into_iter().map(|sending| sending.join().expect("a client")).collect::<Vec<_>>());
    assert_eq!(items(&server, "1"), recommended);
    if let Ok(container) = &container {
        assert_eq!(container.kills().expect("what the kernel counted"), 0);
        let most = container.most().expect("what the kernel counted");
        assert!((100..512).contains(&most), "{most} MiB: were the processes in the container?");
    }
}

/// Sends all but the end of a query of 8 MiB, or as much of it as the server takes, and leaves the connection open.
fn large_query_without_an_end(server: &Server) -> JoinHandle<TcpStream> {
    const LENGTH: usize = 8 * 1024 * 1024;
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).expect("a connection");
    stream.set_write_timeout(Some(Duration::from_secs(5))).expect("a limit");
    std::thread::spawn(move || {
        let head = format!("POST /queries.json HTTP/1.1\r\nhost: x\r\ncontent-length: {LENGTH}\r\n\r\n");
        let body = vec![b' '; LENGTH - 1];
        // A server that has no room for it may refuse it.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        stream
    })
}

#[test]
fn a_user_without_a_name_trains_and_deploys() {
    if let Err(error) = Command::new("sh").args(["-c", &format!("{NAMELESS} true")]).quiet().run() {
        return pio_test_support::skip(&format!(
            "No user without a name: namespaces cannot be made ({error})."
        ));
    }
    let pio = pio();
    let engine = recommendation(&app_with_ratings(&pio, "Nameless"));
    let pio = pio.nameless();
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    assert_eq!(items(&server, "1").len(), 4);
}

#[test]
fn a_terminal_shows_each_stage_on_a_line_of_its_own_and_then_the_outcome() {
    let pio = pio();
    let engine = recommendation(&app_with_ratings(&pio, "Shown"));
    let shown = engine.file("shown");
    pio.at_terminal(engine.path(), &["train"], &shown).run().expect("a trained engine");
    let text = fs_err::read_to_string(&shown).expect("what was shown");
    // A terminal shows what was written last behind the start of a line.
    let lines: Vec<&str> =
        text.lines().filter_map(|line| line.trim_end().rsplit("\u{1b}[K").next()).collect();
    let place = |stage: &str| {
        let found = lines.iter().position(|line| line.starts_with(stage));
        found.unwrap_or_else(|| panic!("no {stage:?} in {lines:#?}"))
    };
    let stages = ["Preparing the data", "Training ALSAlgorithm", "Storing the models", "[INFO]"];
    let places = stages.map(place);
    assert!(places.is_sorted(), "{stages:?} in {lines:#?}");
    // Spark reads when it must, and tells of it in its own time.
    assert!(place("1501 events read") < places[3], "{lines:#?}");
}

#[test]
fn an_unchanged_engine_is_not_built_again() {
    let pio = pio();
    let engine = recommendation("AnyApp");
    let start = Instant::now();
    pio.run_in(engine.path(), &["build"]).expect("a build").success().expect("a built engine");
    assert!(start.elapsed() < Duration::from_secs(5), "sbt was started again: {:?}", start.elapsed());
}

#[test]
fn a_killed_train_leaves_no_jvm_and_the_next_train_works() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Killed");
    let engine = recommendation(&app);
    let mark = engine.path().to_string_lossy().into_owned();

    let mut child = pio.command(engine.path(), &["train"]).quiet().spawn().expect("a train");
    eventually("a JVM for the train", READY, || !processes_with(&mark).is_empty());
    eventually("an instance of the train", READY, || {
        pio.run(&["status"]).is_ok_and(|status| status.stderr.contains(&format!("variant {app}, begun")))
    });
    kill(child.id());
    child.wait().expect("an end");
    eventually("no JVM after its parent was killed", Duration::from_mins(1), || {
        processes_with(&mark).is_empty()
    });
    let unfinished = format!("variant {app}, begun");
    let status = pio.run(&["status"]).expect("a status");
    assert!(status.stderr.contains(&unfinished), "the killed train is not explained: {}", status.stderr);
    let deployed = pio.run_in(engine.path(), &["deploy", "--port", "0"]).expect("a deploy");
    deployed.fails_with(1, &["pio train"]).expect("nothing to deploy");

    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
    let status = pio.run(&["status"]).expect("a status");
    assert!(!status.stderr.contains(&unfinished), "it is listed after the next train: {}", status.stderr);
}

#[test]
fn the_password_of_the_database_is_in_no_argument_and_no_output() {
    let pio = pio();
    let app = app_with_ratings(&pio, "Secret");
    let engine = recommendation(&app);
    let mark = engine.path().to_string_lossy().into_owned();
    let password = database_password();

    let mut child = pio.command(engine.path(), &["train"]).quiet().spawn().expect("a train");
    eventually("a JVM for the train", READY, || !processes_with(&mark).is_empty());
    assert!(processes_with(&password).is_empty(), "the password is an argument of a process");
    child.wait().expect("an end");

    let done =
        pio.run_in(engine.path(), &["train", "--verbose"]).expect("a train").success().expect("trained");
    assert!(!done.stdout.contains(&password) && !done.stderr.contains(&password), "the password was printed");
}
