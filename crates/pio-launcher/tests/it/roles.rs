use std::io::Read as _;
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

#[test]
fn a_background_process_of_the_apps_own_file_holds_nobody_up() {
    let app = App::engine();
    fs_err::create_dir(app.path("pio-engine/config")).unwrap();
    let script = "(sleep 60; touch late) &\nexport PIO_A=1\n";
    fs_err::write(app.path("pio-engine/config/pio-env.sh"), script).unwrap();
    let ended = app.run(&["environment"], &[]);
    assert_eq!(ended.output, "export PIO_A=1");
    assert!(!app.path("pio-engine/late").exists());
}

/// What Kubernetes sets for services of these names.
const SERVICE_LINKS: [(&str, &str); 4] = [
    ("PIO_EVENTSERVER_PORT", "tcp://10.0.0.1:7070"),
    ("SPARK_MASTER_PORT", "tcp://10.0.0.1:7077"),
    ("SPARK_WORKER_PORT", "udp://10.0.0.1:7078"),
    ("SPARK_MASTER_WEBUI_PORT", "tcp://10.0.0.1:8080"),
];

#[test]
fn service_links_are_ignored_told_once_and_kept_from_children() {
    let app = App::engine();
    app.program(".pio/bin/pio", "env | grep -c ://; echo \"pio $*\"");
    let feedback =
        [("PIO_ENABLE_FEEDBACK", "true"), ("PIO_EVENTSERVER_IP", "e"), ("PIO_EVENTSERVER_ACCESS_KEY", "k")];
    for role in ["web", "train", "eventserver"] {
        let variables = [&[DATABASE, PORT][..], &feedback, &SERVICE_LINKS].concat();
        let ended = app.run(&[role], &variables);
        assert!(ended.success, "{}", ended.output);
        for (name, _) in SERVICE_LINKS {
            assert_eq!(ended.output.matches(&format!("{name} is ignored")).count(), 1, "{}", ended.output);
        }
        // The database's URL alone is left. What the launcher says comes by another pipe, in any order.
        assert!(ended.output.lines().any(|line| line == "1"), "{}", ended.output);
    }
    let ended = app.run(&["environment"], &SERVICE_LINKS);
    assert_eq!((ended.success, ended.output.as_str()), (true, ""));
}

#[test]
fn a_wrong_setting_ends_only_those_that_use_it() {
    let app = App::engine();
    let wrong =
        [("SPARK_WORKER_CORES", "abc"), ("SPARK_WORKER_MEMORY", "1.5g"), ("SPARK_DRIVER_MEMORY", "lots")];
    let variables = [&[DATABASE, PORT][..], &wrong].concat();
    assert!(app.run(&["eventserver"], &variables).success);
    assert!(app.run(&["environment"], &[("PORT", "http")]).success);
    for (role, name, value) in [
        ("train", "SPARK_DRIVER_MEMORY", "lots"),
        ("train", "SPARK_DRIVER_MEMORY", "2"),
        ("web", "SPARK_DRIVER_MEMORY", "1.5g"),
        ("web", "PIO_ENABLE_FEEDBACK", "maybe"),
        ("web", "PIO_EMBED_EVENTSERVER", "ja"),
        ("web", "PIO_RUN_AS_EVENTSERVER", "2"),
        ("release", "PIO_TRAIN_ON_RELEASE", "flase"),
        ("release", "PIO_PURGE_EVENTS_ON_SYNC", "treu"),
        ("spark-worker", "SPARK_WORKER_CORES", "abc"),
        ("spark-worker", "SPARK_WORKER_CORES", "0"),
        ("spark-worker", "SPARK_WORKER_MEMORY", "1.5g"),
        ("spark-worker", "SPARK_WORKER_MEMORY", "2"),
        ("spark-worker", "SPARK_WORKER_PORT", "x"),
        ("spark-master", "SPARK_MASTER_PORT", "70777"),
        ("spark-master", "SPARK_MASTER_WEBUI_PORT", "x"),
        ("spark-master", "SPARK_DEFAULT_CORES", "-1"),
        ("spark-master", "PORT", "x"),
    ] {
        let ended = app.run(&[role], &[DATABASE, PORT, ("SPARK_MASTERS", "m"), (name, value)]);
        let words = format!("{name} is {value:?}, which is not ");
        assert!(!ended.success && ended.output.contains(&words), "{role} {name}={value}: {}", ended.output);
        assert!(ended.output.contains("such as ") && !ended.output.contains("Exception"), "{}", ended.output);
    }
}

#[test]
fn values_are_taken_without_the_blanks_around_them() {
    let blanks = [("PORT", " 5000\n"), ("SPARK_DRIVER_MEMORY", " 2G "), ("PIO_EMBED_EVENTSERVER", " True ")];
    let ended = App::engine().run(&["web"], &[&[DATABASE][..], &blanks].concat());
    let expected = "pio-engine: deploy --port 5000 --ip 0.0.0.0 --with-eventserver -- --driver-memory 2g";
    assert!(ended.output.ends_with(expected), "{}", ended.output);
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let app = App::engine();
    for words in [&["environment"][..], &["--help"], &["--version"]] {
        let full = fs_err::OpenOptions::new().write(true).open("/dev/full").unwrap().into_file();
        let (mut reader, writer) = std::io::pipe().unwrap();
        let command = app.command(".pio/bin/pio-launcher", &[("HEROKU_PRIVATE_IP", "10.1.2.3")]);
        let guard = programs();
        let mut child = command.args(words).stdout(full).stderr(writer).spawn().unwrap();
        drop(guard);
        let mut error = String::new();
        reader.read_to_string(&mut error).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{words:?}: {error}");
        assert!(error.contains("could not be written"), "{words:?}: {error}");
    }
}

#[test]
fn no_command_line_shows_a_secret() {
    let app = App::engine();
    app.program(".pio/bin/pio", "tr '\\0' ' ' </proc/$$/cmdline; echo; env | grep -e ACCESS_KEY -e PRIVATE");
    let options = ("PIO_OPTS", "--accesskey feedback-k --server-access-key server-k --variant a.json");
    let spark = ("PIO_SPARK_OPTS", "--conf spark.hadoop.fs.s3a.secret.key=s3-k --conf spark.a=b");
    let ended = app.run(&["web"], &[DATABASE, PORT, options, spark]);
    assert!(ended.success, "{}", ended.output);
    let line = |with: &str| ended.output.lines().find(|line| line.contains(with)).unwrap_or_default();
    assert_eq!(
        line("-----> pio"),
        "-----> pio deploy --accesskey '***' --server-access-key '***' --variant a.json --port 5000 --ip 0.0.0.0 -- \
         --conf 'spark.hadoop.fs.s3a.secret.key=***' --conf 'spark.a=b'"
    );
    assert!(
        line("/bin/sh").ends_with("pio deploy --variant a.json --port 5000 --ip 0.0.0.0"),
        "{}",
        ended.output
    );
    assert_eq!(line("PIO_SERVER_ACCESS_KEY="), "PIO_SERVER_ACCESS_KEY=server-k");
    assert_eq!(line("PIO_EVENTSERVER_ACCESS_KEY="), "PIO_EVENTSERVER_ACCESS_KEY=feedback-k");
    assert_eq!(
        line("PIO_PRIVATE_SPARK_OPTS="),
        "PIO_PRIVATE_SPARK_OPTS=--conf 'spark.hadoop.fs.s3a.secret.key=s3-k' --conf 'spark.a=b'"
    );
}

#[test]
fn without_a_terminal_all_that_is_said_is_json_and_pio_is_told() {
    let app = App::engine();
    app.program(".pio/bin/pio", "echo \"{\\\"pio\\\":\\\"$PIO_LOG_FORMAT $PIO_LOG_TRACES\\\"}\"");
    // Blank is as if it were not set.
    let plain = ("PIO_LOG_FORMAT", "");
    for (role, says) in [("web", "pio deploy"), ("train", "pio train"), ("eventserver", "pio eventserver")] {
        let ended = app.run(&[role], &[DATABASE, PORT, plain]);
        let lines: Vec<serde_json::Value> = ended
            .output
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
            .collect();
        assert!(
            lines.iter().any(|line| line["message"].as_str().is_some_and(|said| said.starts_with(says))),
            "{lines:?}"
        );
        assert!(lines.iter().any(|line| line["pio"] == "json stderr"), "{lines:?}");
    }
    let refused = app.run(&["release"], &[plain]);
    let line: serde_json::Value = serde_json::from_str(&refused.output).unwrap();
    assert_eq!(line["level"], "ERROR");
    assert!(line["message"].as_str().unwrap().contains("The database is missing."), "{line}");
    let own = app.run(&["train"], &[DATABASE, plain, ("PIO_LOG_TRACES", "file")]);
    assert!(own.output.contains("json file"), "{}", own.output);
}

#[test]
fn any_program_may_follow_as_a_containers_first_process() {
    let app = App::engine();
    let ended = app.run(&["pio", "app", "list", "--json"], &[("PORT", "nonsense")]);
    assert!(ended.success && ended.output.ends_with(": app list --json"), "{}", ended.output);
    let ended = app.run(&["sh", "-c", "echo \"$1\"; exit 3", "sh", "-- x"], &[]);
    assert!(!ended.success && ended.output == "-- x", "{}", ended.output);
    let ended = app.run(&["train", "--verbose"], &[DATABASE]);
    assert!(ended.output.ends_with("pio-engine: train --verbose"), "{}", ended.output);
    for word in ["frobnicate", "./pio-engine/engine.json"] {
        let ended = app.run(&[word], &[]);
        assert!(
            !ended.success && ended.output.contains("is neither a process type nor a program"),
            "{}",
            ended.output
        );
    }
}

#[test]
fn the_names_of_the_former_buildpack_start_the_same_with_a_warning() {
    let app = App::engine();
    fs_err::create_dir(app.path("bin")).unwrap();
    for (name, expected) in
        [("web", "deploy --port 5000"), ("train", "train"), ("eventserver", "eventserver --port 5000")]
    {
        let link = format!("bin/heroku-buildpack-pio-{name}");
        fs_err::os::unix::fs::symlink("../.pio/bin/pio-launcher", app.path(&link)).unwrap();
        let _guard = programs();
        let output = String::from_utf8(app.command(&link, &[DATABASE, PORT]).output().unwrap()).unwrap();
        assert!(output.contains(&format!(": {expected}")), "{output}");
        assert!(
            output
                .contains(&format!(" !     heroku-buildpack-pio-{name} is what the former buildpack called")),
            "{output}"
        );
    }
}
