//! The many ways in which platforms and people call the scripts.

use pio_process::command::Command;

use crate::{Ended, Platform, run};

/// Runs a line of shell in the platform's folder, where the scripts are `buildpack/bin`.
fn shell(platform: &Platform, line: &str) -> Ended {
    run(Command::new("sh").args(["-c", line]).current_dir(platform.path("")), &[])
}

const PROCESS_TYPES: &str = "---\ndefault_process_types:\n  web: pio-launcher web\n  train: pio-launcher train\n  release: pio-launcher release";

#[test]
fn as_herokuish_calls_them_with_more_arguments_than_heroku() {
    let platform = Platform::with_engine();
    platform.write("app/src/Test.scala", "right");
    let phase = |name: &str, folders: &[&str]| platform.phase(name, folders).ok();
    assert_eq!(phase("detect", &["app", "cache"]), "PredictionIO (engine)");
    phase("compile", &["app", "cache", "env", "more", "-v"]);
    for folders in [&["app"][..], &["app", "cache"], &["app", "cache", "env", "--help"]] {
        assert_eq!(phase("release", folders), PROCESS_TYPES);
    }
    assert!(phase("report", &["app", "cache", "env", "more"]).contains("predictionio_app: \"engine\""));
    phase("test-compile", &["app", "cache", "env", "more"]);
    phase("test", &["app", "env", "cache", "more"]);
}

#[test]
fn what_is_missing_is_told() {
    let platform = Platform::with_engine();
    for name in ["detect", "compile", "release", "report", "test-compile", "test", "build"] {
        let ended = platform.phase(name, &[]);
        assert!(!ended.success && ended.output.contains("Usage: pio-buildpack"), "{name}: {}", ended.output);
    }
    let ended = platform.phase("compile", &["app"]);
    assert!(!ended.success && ended.output.contains("<CACHE_DIR>"), "{}", ended.output);
    for line in ["detect nowhere", "release ''", "compile app/engine.json cache", "test nowhere", "report ''"]
    {
        let log = shell(&platform, &format!("buildpack/bin/{line}")).refused();
        assert!(log.contains("BUILD_DIR is "), "{line}: {log}");
    }
}

#[test]
fn folders_may_be_relative_or_end_in_a_slash_and_have_spaces() {
    let platform = Platform::with_engine();
    platform.write("app/src/Test.scala", "right");
    platform.write("my env/MY_REPOSITORY_USER", "some one");
    let log = shell(
        &platform,
        "mkdir 'my work' && cp -a app 'my work/the app' && cd 'my work' \
         && ../buildpack/bin/compile 'the app/' '../my cache//' '../my env/' && ../buildpack/bin/release 'the app/'",
    )
    .ok();
    assert!(log.contains("MY_REPOSITORY_USER is some one") && log.ends_with(PROCESS_TYPES), "{log}");
    assert!(
        platform.exists("my work/the app/.pio/bin/pio") && platform.exists("my cache/predictionio/built")
    );
    let log = shell(&platform, "buildpack/bin/test-compile app cache && buildpack/bin/test app/").ok();
    assert!(log.contains("Running the tests of the engine"), "{log}");
}

#[test]
fn config_vars_may_be_absent_or_odd() {
    let platform = Platform::with_engine();
    shell(&platform, "buildpack/bin/compile app cache && buildpack/bin/compile app cache '' && buildpack/bin/compile app cache no").ok();
    platform.write("env/MY_REPOSITORY_USER", "one\ntwo\n\n");
    platform.write("env/.hidden", "x");
    platform.write("env/a b\nc", "x");
    fs_err::create_dir(platform.path("env/folder")).unwrap();
    fs_err::write(platform.path("env/BYTES"), b"\xff\0").unwrap();
    let log = shell(&platform, "buildpack/bin/compile app cache env").ok();
    assert!(log.contains("MY_REPOSITORY_USER is one\n       two\n       Compiled"), "{log}");
    for told in
        [" !     The config var \"BYTES\" is not used", " !     The config var \"a b\\nc\" is not used"]
    {
        assert!(log.contains(told), "{log}");
    }
    assert!(!log.contains("hidden") && !log.contains("folder"), "{log}");
}

#[test]
fn the_surroundings_may_be_bare() {
    let platform = Platform::with_engine();
    let log = shell(
        &platform,
        "umask 077; unset HOME STACK LANG; buildpack/bin/compile app cache env <&- && buildpack/bin/release app <&-",
    );
    log.ok();
    let closed = shell(&platform, "find app -not -perm -o+r -o -type d -not -perm -o+x").ok();
    assert_eq!(closed, "", "the user who runs the app cannot read these");
}

#[test]
fn a_cache_that_cannot_be_used_costs_time_and_nothing_else() {
    let platform = Platform::with_engine();
    platform.write("cache/predictionio", "a file, not a folder");
    let log = platform.compile().ok();
    assert!(log.contains(" !     The cache in ") && log.contains("dokku repo:purge-cache"), "{log}");
    assert!(
        log.contains("Compiled") && platform.exists("build/pio-engine/target/pio/lib/engine.jar"),
        "{log}"
    );
    assert_eq!(platform.read("cache/predictionio"), "a file, not a folder");
    let log = shell(&platform, "buildpack/bin/compile app /proc/no-cache-here env").ok();
    assert!(log.contains(" !     The cache in /proc/no-cache-here cannot be used"), "{log}");
}

#[test]
fn a_cache_that_another_user_left_is_not_touched() {
    let platform = Platform::with_engine();
    platform.compile().ok();
    // Root may write everywhere, so it builds as somebody else.
    let line = "as=; if [ $(id -u) = 0 ]; then chmod 755 . && chown -R 65534:65534 . && chown -R 0:0 cache \
                && as='setpriv --reuid=65534 --regid=65534 --clear-groups'; else chmod -R a-w cache; fi; \
                $as buildpack/bin/compile app cache env; code=$?; chmod -R u+w cache; exit $code";
    let log = shell(&platform, line).ok();
    assert!(log.contains(" !     The cache in ") && log.contains("ermission denied"), "{log}");
    assert!(log.contains("Compiled") && platform.exists("cache/predictionio/built/lib/engine.jar"), "{log}");
}
