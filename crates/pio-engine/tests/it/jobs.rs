//! Jobs, with a shell script in Java's place that speaks over the link as the runtime does.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use pio_closure::closure::Closure;
use pio_engine::build::Built;
use pio_engine::build_event::{BuildEvent, Listener};
use pio_engine::engine::{Engine, EngineOptions};
use pio_engine::errors::JobError;
use pio_engine::job::results::Trained;
use pio_engine::job::{Job, JobOptions, StackTraces, TrainOptions, Verb};
use pio_settings::database::DatabaseSettings;

/// A closure whose Java is this script.
fn closure(root: &Path, script: &str) -> Closure {
    for (file, text) in [
        ("RELEASE", ""),
        ("jars/spark.jar", ""),
        ("runtime/pio-runtime.jar", ""),
        ("lib/postgresql_jdbc.jar", ""),
        (
            "java/bin/java",
            &format!("#!/bin/bash\nspec=\"${{@: -1}}\"\nsay() {{ echo \"$1\" >&0; }}\n{script}\n"),
        ),
    ] {
        let path = root.join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    let java = root.join("java/bin/java");
    fs_err::set_permissions(java, std::fs::Permissions::from_mode(0o755)).unwrap();
    Closure::at(root).unwrap()
}

/// Runs a training whose JVM is this script; gives back how it ended and what was said.
async fn train(script: &str) -> (Result<Trained, JobError>, Vec<BuildEvent>) {
    train_with(JobOptions::default(), script).await
}

async fn train_with(options: JobOptions, script: &str) -> (Result<Trained, JobError>, Vec<BuildEvent>) {
    let folder = tempfile::tempdir().unwrap();
    let closure = closure(&folder.path().join("closure"), script);
    fs_err::write(
        folder.path().join("engine.json"),
        r#"{"engineFactory": "io.prediction.controller.X", "a": 1.0,}"#,
    )
    .unwrap();
    let place = EngineOptions { folder: Some(folder.path().to_owned()), ..EngineOptions::default() };
    let engine = Engine::open(&place).unwrap();
    let built =
        Built { jars: vec!["/e/engine.jar".into()], content_hash: "hash".to_owned(), unchanged: true };
    let database = DatabaseSettings::from_url("postgres://pio:s3cret@db.example:5432/pio").unwrap();
    let notices = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&notices);
    let listener: Listener = Arc::new(move |notice| heard.lock().unwrap().push(notice));
    let job = Job {
        closure: &closure,
        engine: &engine,
        built: &built,
        database: &database,
        verb: Verb::Train(TrainOptions::default()),
        options,
    };
    let result = job.run::<Trained>(&listener).await;
    let notices = notices.lock().unwrap().clone();
    (result, notices)
}

fn printed(notices: &[BuildEvent]) -> Vec<&str> {
    notices
        .iter()
        .filter_map(|notice| match notice {
            BuildEvent::Printed { line, .. } => Some(line.as_str()),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn progress_is_passed_on_and_the_result_comes_back() {
    let (result, notices) = train(
        r#"say '{"type":"hello","version":1}'
           say '{"type":"progress","stage":"read","message":"Reading","done":3,"total":null,"new":1}'
           say '{"type":"something-new"}'
           echo from the engine
           say '{"type":"result","engineInstanceId":"i1"}'"#,
    )
    .await;
    assert_eq!(result.unwrap().engine_instance_id.as_deref(), Some("i1"));
    assert!(
        notices
            .iter()
            .any(|notice| matches!(notice, BuildEvent::Progress(progress) if progress.done == Some(3)))
    );
    assert_eq!(printed(&notices), ["from the engine"]);
}

#[tokio::test]
async fn the_spec_is_private_and_the_password_is_nowhere_else() {
    let (result, notices) = train(
        r#"stat -c %a "$spec" "$(dirname "$spec")"; cat "$spec"; echo; echo "$*"; env
           say '{"type":"result","stoppedAfter":"read"}'"#,
    )
    .await;
    assert_eq!(result.unwrap().stopped_after.as_deref(), Some("read"));
    let lines = printed(&notices);
    assert_eq!(lines[..2], ["600", "700"]);
    let spec: serde_json::Value = serde_json::from_str(lines[2]).unwrap();
    assert_eq!(spec["database"]["password"], "s3cret");
    assert_eq!(spec["engine"]["id"], "io.prediction.controller.X");
    assert_eq!(spec["engine"]["factory"], "org.apache.predictionio.controller.X");
    assert_eq!(spec["engine"]["version"], "hash");
    assert_eq!(spec["engine"]["variantId"], "default");
    assert_eq!(spec["engine"]["variantFile"], "engine.json");
    assert_eq!(spec["engine"]["variant"]["a"].to_string(), "1.0");
    assert_eq!(spec["train"]["skipSanityCheck"], false);
    assert!(!lines[3..].iter().any(|line| line.contains("s3cret")), "{lines:?}");
}

#[tokio::test]
async fn an_error_of_the_runtime_is_told_in_its_words() {
    let (result, _) = train(
        r#"say '{"type":"error","code":"app-not-found","what":"App X does not exist.","why":"","hint":"Create it.","detail":null}'
           exit 1"#,
    )
    .await;
    assert_eq!(result.unwrap_err().to_string(), "App X does not exist. Create it.");
}

#[tokio::test]
async fn details_go_to_the_log() {
    let (result, _) = train(
        r#"echo noise >&2
           say '{"type":"error","code":"engine-failed","what":"It threw.","detail":"java.lang.Foo\n\tat a.b"}'
           exit 1"#,
    )
    .await;
    let Err(JobError::RemoteError { log: Some(log), .. }) = result else { panic!("{result:?}") };
    let text = fs_err::read_to_string(log).unwrap();
    assert!(text.contains("noise\n") && text.contains("\tat a.b"), "{text}");
}

#[tokio::test]
async fn a_death_shows_the_exit_code_and_the_last_words() {
    let (result, _) = train("echo 'cannot go on' >&2; exit 3").await;
    let words = result.unwrap_err().to_string();
    assert!(words.contains("exit status: 3") && words.contains("cannot go on"), "{words}");
}

#[tokio::test]
async fn what_java_or_spark_says_before_the_job_begins_is_told_in_a_sentence() {
    let refusal = r#"printf 'Exception in thread "main" java.lang.IllegalArgumentException: Bad option.\n\tat a.B(C)\n' >&2"#;
    let (result, _) = train(&format!("{refusal}; exit 1")).await;
    let words = result.unwrap_err().to_string();
    assert!(words.contains("refuses to begin: Bad option. Check the options after `--`"), "{words}");
    assert!(!words.contains("IllegalArgumentException") && !words.contains("at a.B"), "{words}");
    let (result, _) = train(&format!("say '{{\"type\":\"hello\",\"version\":1}}'; {refusal}; exit 1")).await;
    assert!(result.unwrap_err().to_string().contains("ended without a result"));
}

#[tokio::test]
async fn a_warning_of_the_runtime_is_told() {
    let (result, notices) = train(
        r#"say '{"type":"warning","message":"3 events were left out."}'
           say '{"type":"result","engineInstanceId":"i1"}'"#,
    )
    .await;
    result.unwrap();
    let told = |notice: &BuildEvent| matches!(notice, BuildEvent::Warning(words) if words == "3 events were left out.");
    assert!(notices.iter().any(told), "{notices:?}");
}

#[tokio::test]
async fn running_out_of_memory_is_recognised() {
    for script in [
        "echo 'java.lang.OutOfMemoryError: Java heap space' >&2; exit 3",
        r#"say '{"type":"error","code":"engine-failed","what":"It threw.","detail":"java.lang.OutOfMemoryError: x"}'"#,
    ] {
        let (result, _) = train(script).await;
        let words = result.unwrap_err().to_string();
        assert!(words.contains("ran out of memory") && words.contains("--driver-memory"), "{words}");
    }
}

#[tokio::test]
async fn a_jvm_that_is_killed_is_not_said_to_have_run_out_of_memory() {
    let (result, _) = train("kill -9 $$").await;
    let words = result.unwrap_err().to_string();
    assert!(words.contains("was killed") && words.contains("signal 9"), "{words}");
    assert!(!words.contains("ran out of memory"), "{words}");
}

#[tokio::test]
async fn stack_traces_are_in_the_log_and_not_in_the_output() {
    let (result, notices) = train(
        r#"printf 'ERROR Executor - it failed\njava.lang.Foo: bad\n\tat a.b(C.scala:1)\nCaused by: d.E: worse\n\t... 3 more\nafter\n' >&2
           say '{"type":"result","engineInstanceId":"i1"}'"#,
    )
    .await;
    result.unwrap();
    assert_eq!(printed(&notices), ["ERROR Executor - it failed", "java.lang.Foo: bad", "after"]);
    let said = notices.iter().find_map(|notice| match notice {
        BuildEvent::Info(words) => words.split(" in ").last(),
        _ => None,
    });
    let log = said.expect("the log is named").trim_end_matches('.');
    assert!(fs_err::read_to_string(log).unwrap().contains("\tat a.b(C.scala:1)"));
}

#[tokio::test]
async fn stack_traces_are_said_too_where_log_files_do_not_last() {
    let options = JobOptions { stack_traces: StackTraces::Log, ..JobOptions::default() };
    let (result, notices) = train_with(
        options,
        r#"printf 'it failed\n\tat a.b(C.scala:1)\n' >&2
           say '{"type":"error","code":"engine-failed","what":"It threw.","detail":"java.lang.Foo\n\tat d.e(F.scala:2)"}'"#,
    )
    .await;
    assert!(matches!(result, Err(JobError::RemoteError { .. })), "{result:?}");
    assert_eq!(printed(&notices), ["it failed"]);
    let traces: Vec<&BuildEvent> =
        notices.iter().filter(|notice| matches!(notice, BuildEvent::Trace(_))).collect();
    let expected = ["\tat a.b(C.scala:1)", "java.lang.Foo\n\tat d.e(F.scala:2)"];
    assert_eq!(traces, expected.map(|text| BuildEvent::Trace(text.to_owned())).iter().collect::<Vec<_>>());
    assert!(
        !notices.iter().any(|notice| matches!(notice, BuildEvent::Info(_))),
        "nothing is left out: {notices:?}"
    );
}

#[tokio::test]
async fn another_version_of_the_contract_is_refused() {
    let (result, _) = train(r#"say '{"type":"hello","version":2}'; sleep 60"#).await;
    assert!(matches!(result, Err(JobError::Version { version: 2 })), "{result:?}");
}
