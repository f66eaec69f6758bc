use std::net::TcpListener;

use crate::pio::Pio;

#[test]
fn a_database_that_is_down_is_named_without_its_password() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let pio = Pio::with_url(&format!("postgres://someone:se%20cret@127.0.0.1:{port}/events"));
    for words in [&["app", "list"][..], &["accesskey", "list"], &["eventserver", "--port", "0"]] {
        let done = pio.run(words).fails(1, &["127.0.0.1", &port.to_string(), "events"]);
        let all = format!("{}{}", done.stdout, done.stderr);
        assert!(!all.contains("cret"), "{all}");
    }
}

#[test]
fn a_url_that_cannot_be_read_is_not_shown() {
    let pio = Pio::with_url("mysql://someone:secret@host/events");
    let done = pio.run(&["app", "list"]).fails(1, &["DATABASE_URL", "postgres://"]);
    assert!(!done.stderr.contains("secret"), "{}", done.stderr);
    assert_eq!(done.stderr.matches("Only PostgreSQL is supported").count(), 1, "{}", done.stderr);
}

#[test]
fn verbs_that_are_gone_say_what_to_do_instead() {
    let pio = Pio::with_url("postgres://nobody@127.0.0.1:1/none");
    for (words, expected) in [
        (&["template", "get", "x", "--y"][..], "use git"),
        (&["upgrade", "0.8", "0.9", "1", "2"], "no longer supported"),
        (&["unregister"], "no longer supported"),
        (&["dashboard", "--port", "9000"], "pio_meta_evaluationinstances"),
        (&["adminserver"], "--json"),
    ] {
        pio.run(words).fails(1, &[expected]);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let pio = Pio::new();
    let mut child = pio.spawn(&["app", "list"]);
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_folder_without_an_engine_is_named() {
    let pio = Pio::with_url("postgres://nobody@127.0.0.1:1/none");
    for words in [&["train"][..], &["deploy"], &["batchpredict"], &["train", "-v", "other.json"]] {
        let file = if words.contains(&"-v") { "other.json" } else { "engine.json" };
        pio.run(words).fails(1, &[file, "does not exist", "--engine-dir"]);
    }
    pio.run(&["train", "-ed", "nowhere"]).fails(1, &["nowhere"]);
    pio.write("engine.json", "{\n  \"id\": \"default\",\n  \"engineFactory\" \"x\"\n}\n");
    pio.run(&["train"]).fails(1, &["engine.json", "line 3"]);
    for (number, words) in [("1e400", "range of a double"), (&*"7".repeat(5001), "at most 1000 characters")] {
        pio.write(
            "engine.json",
            format!("{{\"engineFactory\": \"x.Y\",\n \"sparkConf\": {{\"a\": {number}}}}}"),
        );
        let done = pio.run(&["train"]).fails(1, &["engine.json, line 2", words]);
        assert!(done.stderr.len() < 500, "{}", done.stderr);
    }
    pio.write("engine.json", "{\"engineFactory\": \"x.Y\"}\n{\"id\": 1}");
    pio.run(&["train"]).fails(1, &["engine.json, line 2", "the outermost value ends here"]);
}

#[test]
fn a_batch_prediction_without_queries_or_with_an_output_that_is_there_ends_before_spark_starts() {
    let pio = Pio::with_url("postgres://nobody@127.0.0.1:1/none");
    pio.write("engine.json", r#"{"engineFactory": "x.Y"}"#);
    pio.run(&["batchpredict", "--input", "nope.json"])
        .fails(1, &["[BatchPredict$]", "nope.json does not exist", "--input"]);
    pio.write("queries.json", "{}");
    pio.run(&["batchpredict", "--input", "queries.json", "--output", "engine.json"])
        .fails(1, &["[BatchPredict$]", "engine.json exists already", "remove this one"]);
}

#[test]
fn feedback_needs_an_access_key() {
    let pio = Pio::with_url("postgres://nobody@127.0.0.1:1/none");
    pio.write("engine.json", r#"{"engineFactory": "x.Y"}"#);
    pio.run(&["deploy", "--feedback", "--port", "0"])
        .fails(1, &["--accesskey", "PIO_EVENTSERVER_ACCESS_KEY"]);
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let pio = Pio::new();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let export = ["export", "--appid", "1", "--output", "-"];
    pio.run(&["app", "new", "one"]).succeeds();
    let events = "{\"event\":\"e\",\"entityType\":\"t\",\"entityId\":\"i\"}\n".repeat(20);
    pio.answer(&["import", "--appid", "1", "--input", "-"], &events).succeeds();
    for words in [
        &["app", "list"][..],
        &["app", "list", "--json"],
        &["app", "show", "one", "--json"],
        &["app", "new", "two"],
        &["accesskey", "list"],
        &["version"],
        &["version", "--json"],
        &["--help"],
        &["help", "train"],
        &["--version"],
        &export,
    ] {
        let output = pio.command(words).stdout(full()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {stderr}");
        assert!(stderr.contains("output could not be written"), "{words:?}: {stderr}");
        assert_eq!(stderr.matches("[ERROR]").count(), 1, "{words:?}: {stderr}");
    }
    for words in [&["app", "list", "--json"][..], &["--help"], &export] {
        let mut child = pio.spawn(words);
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()), "{words:?}");
    }
}

#[test]
fn a_setting_is_read_only_where_it_is_used() {
    let pio = Pio::new();
    let wrong = [
        ("PORT", "http"),
        ("PIO_EVENTSERVER_PORT", "tcp://10.0.0.1:7070"),
        ("SPARK_MASTER_PORT", "tcp://10.0.0.1:7077"),
        ("SPARK_WORKER_MEMORY", "1.5g"),
        ("SPARK_EXECUTOR_MEMORY", "lots"),
        ("PIO_TRAIN_ON_RELEASE", "perhaps"),
    ];
    let output = pio.command(&["app", "list"]).envs(wrong).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
}

#[test]
fn the_port_of_the_event_server_is_a_number_or_a_service_link() {
    let pio = Pio::with_url("postgres://nobody@127.0.0.1:1/none");
    pio.write("engine.json", r#"{"engineFactory": "x.Y"}"#);
    let deploy = |port: &str| {
        let mut command = pio.command(&["deploy", "--feedback", "--accesskey", "k", "--port", "0"]);
        let output = command.env("PIO_EVENTSERVER_PORT", port).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let wrong = deploy("70x");
    assert!(
        wrong.contains("PIO_EVENTSERVER_PORT is \"70x\"") && wrong.contains("from 1 to 65535"),
        "{wrong}"
    );
    let link = deploy("tcp://10.0.0.1:7070");
    assert_eq!(link.matches("PIO_EVENTSERVER_PORT is ignored").count(), 1, "{link}");
    assert!(!link.contains("is not a port"), "{link}");
}

#[test]
fn a_release_without_spark_is_ready_where_nothing_needs_it_and_never_names_cargo() {
    let pio = Pio::new();
    let done = pio.run_installed(&["status"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(
        done.stdout.contains("without Spark and Java") && done.stdout.contains("all ready to go"),
        "{}",
        done.stdout
    );
    pio.write("engine.json", r#"{"engineFactory": "org.example.Engine"}"#);
    for words in
        [&["status"][..], &["build"], &["train"], &["deploy", "--port", "0"], &["eval", "org.example.E"]]
    {
        let done = pio.run_installed(words);
        let said = done.stdout + &done.stderr;
        assert!(
            done.code == Some(1) && said.contains("is not on this machine") && !said.contains("cargo xtask"),
            "{words:?}: {said}"
        );
    }
}

#[test]
fn a_release_without_a_database_asks_for_one() {
    let done = Pio::with_url("").run_installed(&["app", "list"]);
    assert!(
        done.code == Some(1)
            && done.stderr.contains("Set DATABASE_URL=postgres://")
            && !done.stderr.contains("cargo xtask"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_missing_folder_for_temporary_files_is_told_before_anything_is_built() {
    let pio = Pio::with_url("postgres://nobody@127.0.0.1:1/none");
    pio.write("engine.json", r#"{"engineFactory": "org.example.Engine"}"#);
    for words in [&["build"][..], &["train"], &["deploy", "--port", "0"], &["eval", "org.example.E"]] {
        let output = pio.command(words).env("TMPDIR", "/proc/nowhere").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(1)
                && said.contains("written to /proc/nowhere:")
                && said.contains("--tmpfs /tmp"),
            "{words:?}: {said}"
        );
    }
}

#[test]
fn an_address_of_the_event_server_that_is_none_is_refused() {
    let pio = Pio::with_url("postgres://nobody@127.0.0.1:1/none");
    pio.write("engine.json", r#"{"engineFactory": "x.Y"}"#);
    for (address, port, words) in [
        ("ftp://events.example", "7070", "begins with \"ftp://\""),
        ("https://events.example", "80", "says https://, and its port is 80"),
        ("events.example/path", "7070", "more than a host and a port"),
        ("no host", "7070", "more than a host and a port"),
    ] {
        let options = ["--accesskey", "k", "--event-server-ip", address, "--event-server-port", port];
        pio.run(&[&["deploy", "--feedback", "--port", "0"][..], &options].concat()).fails(1, &[words]);
    }
}
