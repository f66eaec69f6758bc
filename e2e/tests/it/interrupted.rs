//! Trainings that lose what they run on, or are asked to end before they are done.

use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use e2e::cluster::{Cluster, executors};
use e2e::database::{sql, with_name};
use e2e::engine::Engine;
use e2e::pio::Pio;
use pio_process::child::Child;
use pio_process::command::Command;

use crate::support::{
    READY, app_with_ratings, database_url, eventually, items, kill, pio, processes_with, recommendation,
    shared_master, unique,
};

/// Enough that training goes on for seconds after it was seen to begin.
const ITERATIONS: u32 = 60;

#[test]
fn a_worker_lost_while_training_does_not_lose_the_job() {
    let pio = pio();
    let engine = long_training(&pio, "Lost");
    let mut cluster = Cluster::start(2).expect("a cluster");
    let (mut train, lines) = start(&pio, &engine, &["train", "--", "--master", &cluster.master.url]);
    wait_for("Training ALSAlgorithm", &lines);
    cluster.kill_worker(0).expect("an end of the worker");
    assert!(train.try_wait().expect("a state").is_none(), "the train had ended before a worker was lost");
    train.success().expect("a trained engine");

    let server = pio.deploy(engine.path(), &[]).expect("a deployed engine");
    server.wait_until_ready("/readyz", READY).expect("a ready engine");
    assert_eq!(items(&server, "1").len(), 4);
}

#[test]
fn a_killed_train_leaves_neither_jvm_nor_executors() {
    let pio = pio();
    let engine = long_training(&pio, "Orphans");
    let (master, name) = (shared_master(), unique("orphans"));
    let (mut train, lines) = start(&pio, &engine, &["train", "--", "--master", &master.url, "--name", &name]);
    wait_for("Training ALSAlgorithm", &lines);
    let applications = master.applications(&name).expect("the master's answer");
    let [application] = applications.as_slice() else { panic!("not one application: {applications:?}") };
    assert_ne!(executors(application), 0, "the executors are not seen");
    kill(train.id());
    train.wait().expect("an end");
    let mark = engine.path().to_string_lossy().into_owned();
    eventually("an end of JVM and executors", Duration::from_mins(1), || {
        processes_with(&mark).is_empty() && executors(application) == 0
    });
}

#[test]
fn a_train_that_is_asked_to_end_says_so_and_leaves_no_jvm() {
    let pio = pio();
    for signal in ["-TERM", "-INT"] {
        let engine = long_training(&pio, "Asked");
        let (mut train, lines) = start(&pio, &engine, &["train"]);
        wait_for("Training ALSAlgorithm", &lines);
        Command::new("kill").args([signal, &train.id().to_string()]).run().expect("a signal");
        assert!(!train.wait().expect("an end").success(), "a train that got {signal} ended well");
        wait_for("the job was stopped before its end", &lines);
        let mark = engine.path().to_string_lossy().into_owned();
        assert_eq!(processes_with(&mark), Vec::<String>::new(), "left by a train that got {signal}");
    }
}

#[test]
fn a_train_killed_while_it_stores_its_models_leaves_none_and_the_next_train_works() {
    let (name, shared) = (unique("stored").to_lowercase(), database_url());
    sql(&shared, &format!("CREATE DATABASE {name}")).expect("a new database");
    let url = with_name(&shared, &name);
    let pio = pio().with("DATABASE_URL", &url);
    let engine = long_training(&pio, "Stored");
    let (mut train, lines) = start(&pio, &engine, &["train"]);
    wait_for("Training ALSAlgorithm", &lines);
    std::thread::scope(|scope| {
        // The models are stored first, then the instance becomes COMPLETED: there the lock holds it up.
        let lock = "BEGIN; LOCK TABLE pio_meta_engineinstances IN SHARE MODE; SELECT pg_sleep(600)";
        let locking = scope.spawn(|| sql(&url, lock));
        let backends = |state: &str| {
            let of = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            sql(&url, &format!("SELECT pid {of} AND {state}")).expect("the server's backends").len()
        };
        eventually("a transaction that waits", READY, || backends("wait_event_type = 'Lock'") == 1);
        kill(train.id());
        train.wait().expect("an end");
        let mark = engine.path().to_string_lossy().into_owned();
        eventually("an end of the JVM", READY, || processes_with(&mark).is_empty());
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' \
            AND pid <> pg_backend_pid()";
        sql(&url, end).expect("an end of the lock");
        assert!(locking.join().expect("no panic").is_err(), "the lock was given up before");
        eventually("an end of the transaction", READY, || backends("backend_type = 'client backend'") == 0);
    });
    let count = "SELECT (SELECT count(*) FROM pio_model_models) + (SELECT count(*) FROM pio_model_chunks), status \
        FROM pio_meta_engineinstances";
    let left = [Some("0".to_owned()), Some("INIT".to_owned())];
    assert_eq!(sql(&url, count).expect("what is left"), [left]);
    let deployed = pio.run_in(engine.path(), &["deploy", "--port", "0"]).expect("a deploy");
    deployed.fails_with(1, &["pio train"]).expect("nothing to deploy");
    pio.run_in(engine.path(), &["train"]).expect("a train").success().expect("a trained engine");
}

/// An engine that learns for a while from an app of its own.
fn long_training(pio: &Pio, prefix: &str) -> Engine {
    let engine = recommendation(&app_with_ratings(pio, prefix));
    let longer = |variant: &mut serde_json::Value| {
        variant["algorithms"][0]["params"]["numIterations"] = ITERATIONS.into();
    };
    engine.edit("engine.json", longer).expect("a change");
    engine
}

/// Starts a command and hears what it prints.
fn start(pio: &Pio, engine: &Engine, arguments: &[&str]) -> (Child, Receiver<String>) {
    let (heard, lines) = mpsc::channel();
    let command = pio.command(engine.path(), arguments).on_line(move |_, line| {
        // Nobody hears what is printed after the test has seen enough.
        let _ = heard.send(line.to_owned());
    });
    (command.spawn().expect("a process"), lines)
}

/// Waits for a line with these words.
fn wait_for(words: &str, lines: &Receiver<String>) {
    let mut before = Vec::new();
    loop {
        match lines.recv_timeout(READY) {
            Ok(line) if line.contains(words) => return,
            Ok(line) => before.push(line),
            Err(error) => panic!("no {words:?} ({error}) in:\n{}", before.join("\n")),
        }
    }
}
