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
