//! A Spark cluster in a private network: masters, workers and engines, each on a machine of its own.

use std::path::Path;
use std::time::{Duration, Instant};

use e2e::http;
use e2e::server::Server;
use serde_json::{Value, json};

use crate::classic::App;
use crate::jail::{Jail, Place};
use crate::private_network::{Machine, PrivateNetwork};
use crate::{apps, database, release};

const READY: Duration = Duration::from_mins(2);

/// How long masters and workers may take to agree who leads. Spark asks again after a minute at the latest; a busy machine needs longer.
const AGREED: Duration = Duration::from_mins(6);

const EVALUATION: &str =
    "org.template.recommendation.PrecisionEvaluation org.template.recommendation.EngineParamsList";

const MASTER: &str = "--master spark://1.master.sparks.app.localspace:7077";

#[test]
fn an_engine_trains_evaluates_and_answers_on_a_cluster_whose_master_is_replaced() {
    let network = PrivateNetwork::new();
    let sparks = cluster(&[]);
    let first = network.machine("1.master", "sparks");
    let master = sparks.start_on(&first, "master");
    let other = network.machine("1.worker", "sparks");
    let worker = sparks.start_on(&other, "worker");
    wait_for(&first, "a worker", &worker, |state| state["aliveworkers"] == 1);
    closed_without_the_password(&master);

    let mut engine = engine(&network);
    let logs = engine.jail.folder("event-logs");
    engine.set("PIO_TRAIN_SPARK_OPTS", &format!("{MASTER} --executor-memory 900m"));
    engine.set("PIO_SPARK_OPTS", MASTER);
    engine.set("SPARK_EVENT_LOG_DIR", &format!("file://{}", logs.display()));
    engine.set("PIO_STRIPE_KEY", "sk-geheim");
    engine.push(Place::Offline).ended.ok();
    let dyno = network.machine("1.run", "engine");
    engine.run_on(&dyno, "release").ok();
    assert_eq!(applications(&first, "completedapps"), 1);
    assert_eq!(state(&first)["completedapps"][0]["memoryperexecutor"], 900, "{}", state(&first));
    holds_no_secret(&logs);
    engine.run_on(&dyno, &format!("cd pio-engine && pio eval {EVALUATION} -- {MASTER}")).ok();
    assert_eq!(applications(&first, "completedapps"), 2);
    let dyno = network.machine("1.web", "engine");
    let web = engine.start_on(&dyno, "web");
    web.wait_until_ready("/readyz", READY).expect("a deployed engine");
    assert_eq!(applications(&first, "activeapps"), 0, "a model in the process's own memory needs no cluster");
    answers(&web);
    web.stop().expect("an end");

    kill(&master);
    let second = network.machine("1.master", "sparks");
    let master = sparks.start_on(&second, "master");
    wait_for(&second, "the worker of the lost master", &worker, |state| state["aliveworkers"] == 1);
    engine.run_on(&network.machine("2.run", "engine"), "train").ok();
    assert_eq!(applications(&second, "completedapps"), 1);
    worker.stop().expect("an end");
    master.stop().expect("an end");
}

#[test]
fn another_master_takes_over_when_the_leader_is_lost() {
    let network = PrivateNetwork::new();
    let keeper = network.machine("1.zookeeper", "keeper");
    let (zookeeper, _data) = zookeeper(&keeper);
    let recovery = format!("zookeeper://{}:2181", keeper.address);
    let sparks = cluster(&[("SPARK_MASTERS", "2"), ("SPARK_ZK_ZOOKEEPER_URL", &recovery)]);
    let (first, second) = (network.machine("1.master", "sparks"), network.machine("2.master", "sparks"));
    let leader = sparks.start_on(&first, "master");
    wait_for(&first, "the leader's election", &leader, |state| state["status"] == "ALIVE");
    let follower = sparks.start_on(&second, "master");
    wait_for(&second, "a second master", &follower, |state| state["status"] == "STANDBY");
    let worker = sparks.start_on(&network.machine("1.worker", "sparks"), "worker");
    wait_for(&first, "a worker", &worker, |state| state["aliveworkers"] == 1);

    let mut engine = engine(&network);
    let both = "--master spark://1.master.sparks.app.localspace:7077,2.master.sparks.app.localspace:7077";
    engine.set("PIO_TRAIN_SPARK_OPTS", both);
    engine.push(Place::Offline).ended.ok();
    let dyno = network.machine("1.run", "engine");
    std::thread::scope(|scope| {
        let training = scope.spawn(|| engine.run_on(&dyno, "release"));
        wait_for(&first, "an application", &leader, |state| {
            state["activeapps"].as_array().is_some_and(|running| !running.is_empty())
        });
        kill(&leader);
        training.join().expect("no panic").ok();
    });
    wait_for(&second, "a new leader with the worker", &follower, |state| {
        state["status"] == "ALIVE" && state["aliveworkers"] == 1
    });
    engine.run_on(&network.machine("2.run", "engine"), "train").ok();

    let replaced = network.machine("1.master", "sparks");
    let newcomer = sparks.start_on(&replaced, "master");
    wait_for(&replaced, "another master to wait", &newcomer, |state| state["status"] == "STANDBY");
    for server in [worker, newcomer, follower, zookeeper] {
        server.stop().expect("an end");
    }
}

/// Properties of jobs stand in an event log, but neither the database's password nor a secret of executors.
fn holds_no_secret(logs: &Path) {
    let entries: Vec<_> =
        fs_err::read_dir(logs).expect("a folder").collect::<Result<_, _>>().expect("entries");
    let [log] = &entries[..] else { panic!("not one log of one application: {entries:?}") };
    let text = fs_err::read_to_string(log.path()).expect("a log");
    let hidden = r#""spark.predictionio.database.password":"*********(redacted)""#;
    assert!(text.matches(hidden).count() > 1, "the configuration's and the jobs' properties are not there");
    for secret in ["sk-geheim", database::PASSWORD] {
        assert!(!text.contains(secret), "{secret} is in the event log");
    }
}

/// An app with masters and workers.
fn cluster(variables: &[(&str, &str)]) -> App {
    let mut app = App::new();
    apps::write(&app.source.join("README"), "A Spark cluster\n");
    app.set("PIO_RUN_AS_SPARK_CLUSTER", "true");
    app.set("SPARK_PUBLIC_PASSWORD", "geheim");
    app.set("SPARK_WORKER_MEMORY", "2g");
    for (name, value) in variables {
        app.set(name, value);
    }
    app.push(Place::Offline).ended.ok();
    app
}

/// An engine whose database is seen from the private network.
fn engine(network: &PrivateNetwork) -> App {
    let mut app = App::recommendation();
    apps::ratings(&app.source.join("data/initial-events.json"));
    app.set("DATABASE_URL", &database::fresh().replace("127.0.0.1", &network.gateway()));
    app.set("PIO_EVENTSERVER_APP_NAME", "demo");
    app
}

/// A real ZooKeeper, of the jars that Spark brings.
fn zookeeper(machine: &Machine) -> (Server, Jail) {
    let closure = release::buildpack().join("dist/closure");
    let (java, jars) = (closure.join("java/bin/java"), closure.join("jars/*"));
    let jail = Jail::new();
    let data = jail.folder("zookeeper");
    let words = [
        &java.display().to_string(),
        "-cp",
        &jars.display().to_string(),
        "org.apache.zookeeper.server.ZooKeeperServerMain",
        "2181",
        &data.display().to_string(),
    ];
    let command = Jail::command(&words, Path::new("/"), &[].into(), Place::Machine(&machine.name));
    let server = Server::start(command.own_group(), "ZooKeeper", 2181).expect("a ZooKeeper");
    let end = Instant::now() + READY;
    while std::net::TcpStream::connect((machine.address.as_str(), 2181)).is_err() {
        assert!(Instant::now() < end, "ZooKeeper did not start\n{}", server.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    (server, jail)
}

fn closed_without_the_password(master: &Server) {
    assert_eq!(http::get(&master.url).expect("an answer").status, 401);
    let page = http::get(&master.url.replace("http://", "http://spark:geheim@")).expect("an answer");
    assert_eq!(page.status, 200);
    assert!(page.body.as_str().is_some_and(|html| html.contains("Spark Master at")), "{}", page.body);
}

fn answers(web: &Server) {
    let answer = web.query(&json!({"user": "1", "num": 4})).expect("an answer");
    assert_eq!(answer.body["itemScores"].as_array().map(Vec::len), Some(4), "{}", answer.body);
}

/// What a master says of its cluster.
fn state(master: &Machine) -> Value {
    http::get(&format!("http://{}:8080/json/", master.address)).map(|answer| answer.body).unwrap_or_default()
}

/// How many applications a master lists as active or completed.
fn applications(master: &Machine, which: &str) -> usize {
    state(master)[which].as_array().map(Vec::len).unwrap_or_default()
}

fn wait_for(master: &Machine, what: &str, process: &Server, is_so: impl Fn(&Value) -> bool) {
    let end = Instant::now() + AGREED;
    while !is_so(&state(master)) {
        assert!(Instant::now() < end, "no {what}: {}\n{}", state(master), process.log());
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A machine that is lost says no good-bye.
fn kill(server: &Server) {
    let group = format!("-{}", server.id());
    let kill = pio_process::command::Command::new("kill").args(["-KILL", "--", &group]);
    kill.run().expect("a killed process");
}
