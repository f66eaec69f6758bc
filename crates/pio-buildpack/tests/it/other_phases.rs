use pio_process::command::Command;

use crate::Platform;

#[test]
fn detect_takes_every_app_and_tells_what_it_is() {
    let platform = Platform::with_engine();
    assert_eq!(platform.phase("detect", &["app"]).ok(), "PredictionIO (engine)");
    assert_eq!(Platform::new().phase("detect", &["app"]).ok(), "PredictionIO (event server)");
}

#[test]
fn release_prints_the_process_types_as_yaml() {
    let platform = Platform::with_engine();
    platform.compile().ok();
    let expected = "---\ndefault_process_types:\n  web: pio-launcher web\n  train: pio-launcher train\n  release: pio-launcher release";
    assert_eq!(platform.phase("release", &["build"]).ok(), expected);
}

#[test]
fn report_tells_version_and_kind() {
    let report = Platform::with_engine().phase("report", &["app", "cache", "env"]).ok();
    assert_eq!(report, "predictionio_version: \"0.16.0\"\npredictionio_app: \"engine\"");
}

#[test]
fn tests_run_where_they_were_prepared_and_their_result_decides() {
    let platform = Platform::with_engine();
    platform.write("app/src/Test.scala", "right");
    platform.phase("test-compile", &["app", "cache", "env"]).ok();
    assert!(platform.exists("app/.pio/closure/sbt/sbt-launch.jar"), "sbt is needed to run tests");
    platform.phase("test", &["app", "env"]).ok();
    platform.write("app/pio-engine/src/Test.scala", "wrong");
    let log = platform.phase("test", &["app", "env"]).refused();
    assert!(log.contains("test failed") && log.contains("The tests of the engine failed."), "{log}");
}

#[test]
fn an_event_server_has_nothing_to_test() {
    let platform = Platform::new();
    platform.phase("test-compile", &["app", "cache", "env"]).ok();
    assert!(platform.phase("test", &["app", "env"]).refused().contains("There is nothing to test"));
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let platform = Platform::with_engine();
    platform.compile().ok();
    for phase in ["detect", "release", "report"] {
        let full = fs_err::OpenOptions::new().write(true).open("/dev/full").unwrap().into_file();
        let command = Command::new(platform.path("buildpack/bin").join(phase)).arg(platform.path("build"));
        let status =
            command.stdout(full).stderr(std::process::Stdio::null()).spawn().unwrap().wait().unwrap();
        assert_eq!(status.code(), Some(1), "{phase}");
    }
}
