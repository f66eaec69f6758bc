//! What becomes of what an engine prints.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::engine;
use crate::logging::{Server, sql, unread};
use crate::pio::Pio;

const INSTANCE: &str = "INSERT INTO pio_meta_engineinstances VALUES ('i1', 'COMPLETED', now(), now(), 'default', 'hash', \
    'engine.json', 'org.example.Factory', '', 'PIO_RUNTIME=1', '', '', '', '', '')";

/// Prints far more than a pipe holds.
const FLOOD: &str = "for i in $(seq 3000); do echo \"12:00:00.000 WARN  Flood - line $i of an engine that says much, and says it again \
    and again\" >&2; done";

fn deploy(pio: &Pio, first: &str, variables: &[(&str, &str)], stderr: impl Into<Stdio>) -> Server {
    let closure = engine::make(pio, &engine::worker(first));
    pio.json(&["app", "new", "Feedback"]);
    sql(pio, INSTANCE);
    let key = "--accesskey=KEYOFFEEDBACK";
    pio.run(&["accesskey", "new", "Feedback", "--key", "KEYOFFEEDBACK"]).succeeds();
    let words = ["deploy", "--with-eventserver", "--feedback", key, "--engine-instance-id", "i1"];
    let server =
        Server::start(pio, &words, &[variables, &[("PIO_CLOSURE", closure.as_str())]].concat(), stderr);
    server.eventually("the engine answers", || server.get("/readyz").0 == 200);
    server
}

#[test]
fn an_engine_that_says_much_answers_although_nobody_reads_it() {
    let (_unread, stderr) = unread();
    let pio = Pio::new();
    let server = deploy(&pio, FLOOD, &[], stderr);
    server.fail_a_commit(&pio);
    for _ in 0..20 {
        assert_eq!(server.query(r#"{"user":"1"}"#), (200, "{}".to_owned()));
    }
    server.eventually("events are stored again", || server.post() == 201);
    let ready: Value = serde_json::from_str(&server.get("/readyz").1).unwrap();
    assert_eq!(ready["components"]["events"]["writer"], "ok", "{ready}");
    assert_eq!(ready["components"]["feedback"], "ok", "{ready}");
    assert_eq!(server.end(), Some(0));
}

#[test]
fn the_log_of_a_deployed_engine_is_one_format_and_holds_no_secret() {
    let (mut reader, stderr) = unread();
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        reader.read_to_string(&mut log).unwrap();
        log
    });
    let pio = Pio::new();
    let talk = "echo from the engine; echo '12:00:00.000 WARN  Some - words' >&2";
    let loud = [("PIO_LOG", "trace,reqwest=trace,hyper_util=trace,tokio_postgres=trace")];
    let server = deploy(&pio, talk, &loud, stderr);
    assert_eq!(server.query(r#"{"user":"SECRETVALUE"}"#).0, 200);
    server.eventually("feedback is sent", || {
        server.get("/metrics").1.contains("pio_feedback_total{outcome=\"ok\"} 1")
    });
    let password = pio.url.split(':').nth(2).unwrap().split('@').next().unwrap().to_owned();
    let own_key = server.key.clone();
    assert_eq!(server.end(), Some(0));
    let log = log.join().unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect();
    let find = |message: &str| {
        lines.iter().find(|line| line["message"] == message).unwrap_or_else(|| panic!("{log}"))
    };
    assert_eq!(find("from the engine")["level"], "INFO");
    assert_eq!((&find("words")["level"], &find("words")["logger"]), (&"WARN".into(), &"Some".into()));
    for secret in [own_key.as_str(), "KEYOFFEEDBACK", &password, "SECRETVALUE"] {
        assert_eq!(log.lines().find(|line| line.contains(secret)), None, "{secret} was logged");
    }
}

const FAILURE: &str = r#"say '{"type":"hello","version":1}'
    printf '12:00:00.000 ERROR Executor - it failed\n\tat a.b(C.scala:1)\n' >&2
    say '{"type":"progress","stage":"read","message":"Reading events","done":null,"total":null}'
    say '{"type":"error","code":"engine-failed","what":"It threw.","why":"It had to.","hint":"","detail":"java.lang.Foo: bad\n\tat d.e(F.scala:2)"}'
    exit 1"#;

#[test]
fn the_stack_trace_of_a_failed_train_is_in_the_log_of_a_platform() {
    let pio = Pio::new();
    let closure = engine::make(&pio, FAILURE);
    let train = |variables: &[(&str, &str)]| {
        let mut command = pio.command(&["train"]);
        let output = command.env("PIO_CLOSURE", &closure).envs(variables.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (_, by_hand) = train(&[]);
    assert!(
        !by_hand.contains("at d.e(F.scala:2)") && by_hand.contains("Stack traces are left out"),
        "{by_hand}"
    );

    for platform in [("PIO_LOG_TRACES", "stderr"), ("DYNO", "release.1")] {
        let (_, text) = train(&[platform]);
        for line in
            ["[TRACE] \tat a.b(C.scala:1)", "[TRACE] java.lang.Foo: bad", "[TRACE] \tat d.e(F.scala:2)"]
        {
            assert!(text.lines().any(|said| said == line), "{line:?} is missing in {text}");
        }
    }

    let (stdout, log) = train(&[("PIO_LOG_TRACES", "stderr"), ("PIO_LOG_FORMAT", "json")]);
    assert_eq!(stdout, "");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect();
    let has = |what: &str, is_so: &dyn Fn(&Value) -> bool| {
        assert!(lines.iter().any(is_so), "{what} is missing in {log}");
    };
    has("the trace", &|line| {
        line["stack_trace"] == "java.lang.Foo: bad\n\tat d.e(F.scala:2)\n" && line["level"] == "ERROR"
    });
    has("what the engine says", &|line| line["logger"] == "Executor" && line["message"] == "it failed");
    has("the progress", &|line| line["stage"] == "read" && line["message"] == "Reading events");
    has("the error", &|line| {
        line["message"].as_str().is_some_and(|words| words.starts_with("It threw. It had to."))
    });
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn log_files_are_for_their_owner_alone_also_those_of_earlier_versions() {
    let pio = Pio::new();
    let closure = engine::make(&pio, FAILURE);
    let folder = pio.folder.path().join("home/log");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["train-old.log", "eventserver.log"] {
        std::fs::write(folder.join(name), "").unwrap();
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut umask = Command::new("sh");
    umask
        .args(["-c", "umask 0; exec \"$0\" train", env!("CARGO_BIN_EXE_pio")])
        .current_dir(pio.folder.path());
    let train = umask
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("DATABASE_URL", &pio.url)
        .env("PIO_CLOSURE", &closure);
    let output = train.env("PIO_HOME", pio.folder.path().join("home")).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
