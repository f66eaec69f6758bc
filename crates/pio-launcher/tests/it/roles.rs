use std::time::Duration;

use crate::{App, programs};

const DATABASE: (&str, &str) = ("DATABASE_URL", "postgres://u:geheim@localhost/d");
const PORT: (&str, &str) = ("PORT", "5000");

#[test]
fn web_deploys_the_engine_in_its_folder() {
    let ended = App::engine().run(&["web"], &[DATABASE, PORT, ("PIO_OPTS", "--variant 'a b.json'")]);
    let expected = "-----> pio deploy --variant 'a b.json' --port 5000 --ip 0.0.0.0\n\
                    pio-engine: deploy --variant a b.json --port 5000 --ip 0.0.0.0";
    assert_eq!(ended.output, expected);
    assert!(ended.success);
}

#[test]
fn the_launcher_becomes_the_command_so_that_signals_reach_it() {
    let app = App::engine();
    app.program(".pio/bin/pio", "trap 'echo stopped; exit 7' TERM; while :; do sleep 0.05; done");
    let mut child = app.start(&["web"], &[DATABASE, PORT]);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(child.terminate(Duration::from_secs(5)).unwrap().code(), Some(7));
    assert!(child.tail().lines.iter().any(|line| line == "stopped"));
}

#[test]
fn train_and_release_use_the_options_for_training() {
    let spark = ("PIO_TRAIN_SPARK_OPTS", "--master local[2]");
    let app = App::engine();
    let ended = app.run(&["train", "--verbose", "--", "--name", "x"], &[DATABASE, spark]);
    assert!(
        ended.output.ends_with("pio-engine: train --verbose -- --master local[2] --name x"),
        "{}",
        ended.output
    );
    let ended = app.run(&["release"], &[DATABASE, spark, ("PIO_TRAIN_ON_RELEASE", "false")]);
    assert!(ended.success && ended.output.contains("Not training"), "{}", ended.output);
}

#[test]
fn an_app_without_an_engine_is_an_event_server() {
    let app = App::new();
    let ended = app.run(&["web"], &[DATABASE, PORT]);
    assert!(ended.output.ends_with(": eventserver --port 5000 --ip 0.0.0.0"), "{}", ended.output);
    assert!(app.run(&["release"], &[DATABASE]).success);
    assert!(!app.run(&["train"], &[DATABASE]).success);
}

#[test]
fn an_engine_may_be_told_to_be_an_event_server() {
    let app = App::engine();
    let ended = app.run(&["web"], &[DATABASE, PORT, ("PIO_RUN_AS_EVENTSERVER", "true")]);
    assert!(ended.output.contains(": eventserver --port 5000"), "{}", ended.output);
    let ended = app.run(&["release"], &[("PIO_RUN_AS_EVENTSERVER", "true")]);
    assert!(ended.success && ended.output.contains("nothing to train"), "{}", ended.output);
}

#[test]
fn the_role_may_be_the_name_of_the_program() {
    let app = App::engine();
    let link = app.path(".pio/bin/pio-train");
    fs_err::os::unix::fs::symlink("pio-launcher", &link).unwrap();
    let _guard = programs();
    let output = app.command(".pio/bin/pio-train", &[DATABASE]).output().unwrap();
    let output = String::from_utf8(output).unwrap();
    assert!(output.contains("pio-engine: train"), "{output}");
}

#[test]
fn the_environment_holds_what_the_apps_own_file_exports_and_sparks_address() {
    let app = App::engine();
    fs_err::create_dir(app.path("pio-engine/config")).unwrap();
    fs_err::write(app.path("pio-engine/config/pio-env.sh"), "export PIO_A='x y'\nPIO_B=1\n").unwrap();
    let ended = app.run(&["environment"], &[("HEROKU_PRIVATE_IP", "10.1.2.3")]);
    assert_eq!(
        ended.output,
        "export PIO_A='x y'\nexport SPARK_LOCAL_HOSTNAME=10.1.2.3\nexport SPARK_LOCAL_IP=10.1.2.3"
    );
}
